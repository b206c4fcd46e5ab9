import Foundation
import Testing

/// Files that are not what they were: moved aside under a name that says so, what can be read recovered, and told.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct CorruptFileTests {
    /// What happened to the file.
    enum Damage: String, CaseIterable {
        /// Some pages of the data hold something else; the rest is as it was.
        case overwrittenPages
        /// The second half is missing.
        case truncated
        /// The beginning, with the header, is gone.
        case overwrittenHeader
        /// Never was a database.
        case garbage
        /// A text file, as when two paths were mixed up.
        case text
    }

    static func damage(_ file: String, _ damage: Damage) throws {
        var bytes = [UInt8](try #require(FileManager.default.contents(atPath: file)))
        switch damage {
        case .overwrittenPages:
            // In the fattest table: every fourth of its leaves.
            let leaves = try query(
                file,
                """
                select pageno, (select page_size from pragma_page_size) from dbstat
                where pagetype = 'leaf' and name =
                    (select name from dbstat where pagetype = 'leaf' group by name order by count(*) desc limit 1)
                """)
            #expect(leaves.count >= 8, "too little data to damage a part of")
            for row in leaves.enumerated().filter({ $0.offset % 4 == 1 }).map(\.element) {
                let number = try #require(Int(row[0]))
                let size = try #require(Int(row[1]))
                bytes.replaceSubrange((number - 1) * size..<number * size, with: [UInt8](repeating: 0xa5, count: size))
            }
        case .truncated: bytes.removeSubrange((bytes.count / 2)...)
        case .overwrittenHeader: bytes.replaceSubrange(0..<100, with: [UInt8](repeating: 0xff, count: 100))
        case .garbage: bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }
        case .text: bytes = Array(String(repeating: "scrape_configs:\n", count: 1000).utf8)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + end) }
    }

    @Test(arguments: Damage.allCases) func itIsMovedAsideAndGoesOn(damage: Damage) throws {
        let workplace = try Workplace()
        let exporter = try Exporter { request in
            Reply("request \(request)\n" + (0..<1000).map { "load{n=\"\($0)\"} \(request * $0 % 10007)\n" }.joined())
        }
        defer { exporter.stop() }
        let configuration = scraping([("test", exporter)])
        let healthy = try Appliance(in: workplace, configuration: configuration)
        try eventually("enough data", within: 30) { exporter.answered.count >= 30 }
        #expect(try healthy.stop() == .exit(0))
        let file = healthy.data
        let stored = try #require(Int(try queryOne(file, "select count(*) from samples where metric = 'load'")))
        #expect(stored > 0)
        let restarted = Int64(Date().timeIntervalSince1970 * 1000)
        try Self.damage(file, damage)

        let appliance = try Appliance(in: workplace, configuration: configuration)
        let before = exporter.requests
        try eventually("it stores again", within: 30) {
            try appliance.rows("select max(value) from samples where metric = 'request'").first?.first
                .flatMap(Double.init) ?? 0 > Double(before)
        }
        let aside = try eventually("the bad file stands aside") {
            try workplace.names().first { $0.hasPrefix("vedette.db.corrupt-") }
        }
        #expect(appliance.log.contains("corrupt") && appliance.log.contains(aside), "\(appliance.log)")
        #expect(try appliance.stop() == .exit(0))
        #expect(try queryOne(file, "pragma integrity_check") == "ok")

        let recovered = try #require(
            Int(try queryOne(file, "select count(*) from samples where metric = 'load' and ts < \(restarted)")))
        switch damage {
        case .overwrittenPages: #expect(recovered > stored / 4, "recovered \(recovered) of \(stored)")
        case .truncated, .overwrittenHeader: #expect(recovered <= stored)
        case .garbage, .text: #expect(recovered == 0)
        }
        // What was recovered is true.
        let wrong = try queryOne(
            file,
            """
            select count(*) from samples l join samples r on r.metric = 'request' and r.ts = l.ts
            where l.metric = 'load'
                and l.value <> (cast(r.value as integer) * json_extract(l.labels, '$.n')) % 10007
            """)
        #expect(wrong == "0")
    }

    /// An empty file is no damage: it is where every database begins.
    @Test func anEmptyFileIsFilled() throws {
        let workplace = try Workplace()
        try workplace.write("", to: "vedette.db")
        let appliance = try Appliance(in: workplace)
        #expect(try appliance.stop() == .exit(0))
        #expect(try !workplace.names().contains { $0.contains("corrupt") })
    }

    /// A file of a later version, or of another program, is not ours to move: refused with a word.
    @Test func aFileThatIsNotOursIsRefusedAndLeftAlone() throws {
        let workplace = try Workplace()
        let file = workplace.file("vedette.db")
        _ = try query(file, "create table customers (name); insert into customers values ('x')")
        let program = try Program(
            Surroundings.binary, ["serve", "--data", file, "--listen", "127.0.0.1:0"], in: workplace)
        #expect(try program.wait(within: 10) == .exit(1))
        #expect(program.errors.contains("vedette: cannot"), "\(program.errors)")
        #expect(try query(file, "select * from customers") == [["x"]])
    }

    @Test func aLaterSchemaIsRefused() throws {
        let workplace = try Workplace()
        let first = try Appliance(in: workplace)
        #expect(try first.stop() == .exit(0))
        // The columns of the list of migrations are its own; a copy of the last line under a far number is a later one.
        let columns = try query(first.data, "select name from pragma_table_info('schema_migrations')").compactMap(
            \.first)
        let number = try #require(columns.first)
        let rest = columns.dropFirst().joined(separator: ", ")
        let table = try queryOne(
            first.data, "select name from sqlite_schema where type = 'table' and name like '%migrations%'")
        _ = try query(
            first.data, "insert into \(table) (\(number), \(rest)) select 9999, \(rest) from \(table) limit 1")
        let program = try Program(
            Surroundings.binary, ["serve", "--data", first.data, "--listen", "127.0.0.1:0"], in: workplace)
        #expect(try program.wait(within: 10) == .exit(1))
        #expect(program.errors.contains("9999") || program.errors.lowercased().contains("newer"), "\(program.errors)")
    }
}
