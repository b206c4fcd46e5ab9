import Foundation
import Glibc
import Instruments
import Logging
import Model
import Testing

@testable import Store

/// Full disks, locks held by others, damaged files, and files that cannot be opened.
@Suite(.serialized) struct BadDayTests {
    private func values(_ row: Int, series: Int = 500) -> [(Labels, String)] {
        (0..<series).map { (["__name__": "m", "i": "\($0)"], "\(row).\($0 % 89 + 10)1") }
    }

    private func openStore(_ path: String) throws {
        try Store(path: path, registry: Registry(), logger: Logger(level: .error)).close()
    }

    private func message(_ body: () throws -> Void) throws -> String {
        do {
            try body()
            return "nothing was wrong"
        } catch {
            if !(error is UserError) { throw error }
            return "\(error)"
        }
    }

    /// A file system of a given size; nil where mounting is not permitted.
    private func mounted(_ size: String, _ body: (String) async throws -> Void) async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        guard try run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(size)", "tmpfs", folder]).status == 0 else {
            print("skipped: mounting a file system is not permitted here")
            return
        }
        do {
            try await body(folder)
        } catch {
            try run("/usr/bin/umount", [folder])
            throw error
        }
        #expect(try run("/usr/bin/umount", [folder]).status == 0)
    }

    @Test func aFullDiskIsSurvived() async throws {
        try await mounted("14m") { folder in
            let scratch = try Scratch(in: folder)
            let target = ScriptedTarget(scratch.store)
            let start = scratch.clock.now()
            var row = 0
            func write(_ count: Int) throws {
                for _ in 0..<count {
                    try target.scrape(at: start + Int64(row) * 15_000, values(row))
                    row += 1
                }
            }
            try write(20)
            try await scratch.store.flush()
            #expect(scratch.metric("vedette_store_writable") == 1)

            // Somebody else fills the disk.
            let ballast = folder + "/ballast"
            #expect(try run("/usr/bin/dd", ["if=/dev/zero", "of=\(ballast)", "bs=64k", "status=none"]).status != 0)
            for _ in 0..<100 where scratch.store.trouble == nil {
                try write(20)
                do { try await scratch.store.flush() } catch {}
            }
            #expect(scratch.store.trouble?.contains("full") == true)
            #expect(scratch.metric("vedette_store_writable") == 0)
            #expect(scratch.metric("vedette_store_waiting_samples") ?? 0 > 0)
            let waiting = row
            try write(10)
            // Reading goes on.
            #expect(try scratch.store.read([.metric("m")]).count == 500)
            #expect(scratch.store.trouble != nil && waiting < row)

            // Making room is possible even now: the reserve is for that.
            scratch.clock.advance(400 * 3_600_000)
            _ = scratch.store.maintain()
            scratch.clock.advance(-400 * 3_600_000)

            unlink(ballast)
            for _ in 0..<50 where scratch.store.trouble != nil {
                try await Task.sleep(for: .milliseconds(100))
            }
            try await scratch.store.flush()
            #expect(scratch.metric("vedette_store_writable") == 1)
            let read = try scratch.store.read([.metric("m"), LabelMatcher("i", .equal, "7")])
            #expect(read.first?.1.map(\.timestamp) == (0..<row).map { start + Int64($0) * 15_000 })
            #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
            scratch.store.close()
        }
    }

    @Test func aStoreOpensOnAFullDisk() async throws {
        try await mounted("14m") { folder in
            let scratch = try Scratch(in: folder)
            try ScriptedTarget(scratch.store).scrape(at: scratch.clock.now(), values(1))
            try await scratch.store.flush()
            try scratch.reopen { () throws in
                #expect(
                    try run("/usr/bin/dd", ["if=/dev/zero", "of=\(folder)/ballast", "bs=4k", "status=none"]).status != 0
                )
            }
            #expect(try scratch.store.read([.metric("m")]).count == 500)
            scratch.store.close()
            // Without the reserve there is no way in, and it is said why.
            unlink(scratch.path + "-reserve")
            #expect(try run("/usr/bin/dd", ["if=/dev/zero", "of=\(folder)/more", "bs=4k", "status=none"]).status != 0)
            let said = try message { try openStore(folder + "/new.db") }
            #expect(said.contains("cannot open") && said.contains("disk is full"), "\(said)")
        }
    }

    @Test func samplesBeyondTheLimitAreCounted() async throws {
        let scratch = try Scratch { $0.waitingLimit = 100_000 }
        let target = ScriptedTarget(scratch.store)
        try target.scrape(at: scratch.clock.now(), values(0))
        try await scratch.store.flush()
        let lock = try Connection(path: scratch.path, mode: .readWrite)
        try lock.execute("BEGIN IMMEDIATE")
        for row in 1...100 { try target.scrape(at: scratch.clock.now() + Int64(row), values(row)) }
        await #expect(throws: (any Error).self) { try await scratch.store.flush() }
        #expect(scratch.store.trouble?.contains("holds its lock") == true)
        #expect(scratch.metric("vedette_store_writable") == 0)
        try lock.execute("ROLLBACK")
        try await scratch.store.flush()
        #expect(scratch.metric("vedette_store_writable") == 1)
        let stored = try scratch.store.read([.metric("m")]).reduce(0) { $0 + $1.1.count }
        #expect(stored < 50_500 && stored >= 1_000)
        #expect(scratch.metric("vedette_samples_appended_total") == Double(stored))
        let lost = scratch.instruments.snapshots().flatMap(\.samples).filter {
            $0.name == "vedette_store_samples_dropped_total" && $0.labels.contains { $0.value == "disk_trouble" }
        }
        #expect(lost.first?.value == Double(50_500 - stored))
        // The newest are kept.
        #expect(try scratch.store.read([.metric("m")]).first?.1.last?.timestamp == scratch.clock.now() + 100)
    }

    /// A store with closed and open parts; its path, and how many samples it has.
    private func filledStore(_ folder: String) async throws -> (path: String, samples: Int) {
        let scratch = try Scratch(in: folder)
        let target = ScriptedTarget(scratch.store)
        for row in 0..<40 {
            try target.scrape(at: scratch.clock.now() + Int64(row) * 15_000, values(row))
            if row == 30 {
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
            }
        }
        try await scratch.store.flush()
        scratch.store.close()
        return (scratch.path, 40 * 500)
    }

    private func damaged(_ damage: (inout Data) -> Void, _ check: (Scratch, Int) throws -> Void) async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let (path, samples) = try await filledStore(folder)
        var contents = try Data(contentsOf: URL(fileURLWithPath: path))
        damage(&contents)
        try contents.write(to: URL(fileURLWithPath: path))
        let scratch = try Scratch(in: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.contains { $0.hasPrefix("test.db.corrupt-2024") }, "\(names)")
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        try check(scratch, samples)
        // It is a store like any other.
        try ScriptedTarget(scratch.store).scrape(at: scratch.clock.now() + 7_000_000, values(99))
        #expect(scratch.store.closeHead())
        #expect(try scratch.store.read([.metric("m")], from: scratch.clock.now() + 7_000_000).count == 500)
        scratch.store.close()
    }

    private func count(_ scratch: Scratch) throws -> Int {
        try scratch.store.read([.metric("m")]).reduce(0) { $0 + $1.1.count }
    }

    @Test func garbageIsMovedAside() async throws {
        try await damaged {
            $0 = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        } _: { (scratch, _) throws in
            #expect(try count(scratch) == 0)
        }
    }

    @Test func aTruncatedFileIsRecovered() async throws {
        try await damaged {
            $0 = $0.prefix($0.count * 3 / 4)
        } _: { (scratch, samples) throws in
            let found = try count(scratch)
            #expect(found > 0 && found < samples)
        }
    }

    // Roots of tables, and from 21 on leaves of label_sets. From 18 to 20 lies the schema, without which nothing is found.
    @Test(arguments: [3, 5, 8, 12, 21]) func overwrittenPagesAreWalkedAround(page: Int) async throws {
        try await damaged {
            for at in page * 4096..<min($0.count, (page + 2) * 4096) { $0[at] = 0xa5 }
        } _: { (scratch, samples) throws in
            let found = try count(scratch)
            // The sixth page has all names of metrics: without it nobody can say what the samples are.
            #expect((found > 0 || page == 5) && found <= samples, "page \(page): \(found)")
            // What is there is right: the values tell their row and series.
            for (labels, read) in try scratch.store.read([.metric("m")]) {
                let end = Double(Int(labels["i"] ?? "").map { $0 % 89 + 10 } ?? 0) / 100 + 0.001
                for sample in read {
                    let row = (sample.timestamp - scratch.clock.now()) / 15_000
                    #expect(abs(sample.value - (Double(row) + end)) < 1e-9)
                }
            }
        }
    }

    /// A page that only leads to others: what is on those is found without it.
    @Test(arguments: ["label_sets", "metrics", "targets"]) func aTreeWithoutItsRootIsPutTogether(table: String)
        async throws
    {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let before = try Scratch(in: folder)
        for number in 0..<30 {
            try ScriptedTarget(before.store, name: "host-\(number):9100").scrape(
                at: before.clock.now(),
                (0..<20).map { (["__name__": "metric_\(number)_\($0)", "instance": "\(number)"] as Labels, "\($0)") })
        }
        try await before.store.flush()
        #expect(before.store.closeHead())
        before.store.close()
        let everything = "SELECT metric, labels, ts, value FROM samples ORDER BY 1"
        let expected = try askShell(before.path, everything)
        #expect(expected.count == 600)
        let root = try #require(
            Int64(try askShell(before.path, "SELECT rootpage FROM sqlite_schema WHERE name = '\(table)'").first ?? ""))
        let file = Glibc.open(before.path, O_RDWR)
        var first: UInt8 = 0
        #expect(pread(file, &first, 1, off_t(root - 1) * 4096) == 1)
        // An interior page of a table.
        #expect(first == 5)
        #expect(pwrite(file, [UInt8](repeating: 0x5a, count: 4096), 4096, off_t(root - 1) * 4096) == 4096)
        close(file)

        let scratch = try Scratch(in: folder)
        #expect(try askShell(scratch.path, everything) == expected)
        #expect(try scratch.shell("SELECT count(DISTINCT instance) FROM targets") == ["30"])
        // What a target writes from now on goes on where it was.
        try ScriptedTarget(scratch.store, name: "host-7:9100").scrape(
            at: scratch.clock.now() + 15_000, [(["__name__": "metric_7_3", "instance": "7"], "4")])
        try await scratch.store.flush()
        #expect(try scratch.store.read([.metric("metric_7_3")]).map(\.1.count) == [2])
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        scratch.store.close()
    }

    @Test func damageThatShowsWhileRunningIsRecoveredAtTheNextStart() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        for row in 0..<300 { try target.scrape(at: scratch.clock.now() + Int64(row) * 15_000, values(row)) }
        try await scratch.store.flush()
        try await scratch.store.writer.perform { _ in }
        try scratch.store.writer.runBlocking { try $0.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        let file = Glibc.open(scratch.path, O_RDWR)
        let noise = [UInt8](repeating: 0x5a, count: 4096)
        let size = fileSize(scratch.path)
        for at in stride(from: Int64(4096 * 6), to: size, by: 4096 * 2) { pwrite(file, noise, 4096, off_t(at)) }
        // This descriptor stays open: closing it would drop the locks of this process.
        scratch.store.closeHead()
        try target.scrape(at: scratch.clock.now() + 5_000_000, values(1))
        do { try await scratch.store.flush() } catch {}
        #expect(scratch.metric("vedette_store_damaged") == 1)
        try scratch.reopen { close(file) }
        #expect(!fileExists(Recovery.marker(scratch.path)))
        #expect(scratch.metric("vedette_store_writable") == 1)
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
    }

    @Test func aDamagedChunkIsFoundAndTheOthersAreRead() async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let (path, _) = try await filledStore(folder)
        _ = try askShell(
            path, "UPDATE chunks SET data = zeroblob(length(data)) WHERE chunk_id = (SELECT min(chunk_id) FROM chunks)",
            readonly: false)
        let report = DamageReport(path: path, logger: Logger(level: .error))
        let check = BackgroundCheck(connection: try Connection(path: path, mode: .readOnly), report)
        while try check.advance() {}
        #expect(report.isFound && report.damagedChunks == 1)
        #expect(!fileExists(Recovery.marker(path)))
        let scratch = try Scratch(in: folder)
        let found = try scratch.store.read([.metric("m")])
        // 31 rows of 128 series were in the chunk; the head has nine more of each.
        #expect(found.map(\.1.count).sorted() == Array(repeating: 9, count: 128) + Array(repeating: 40, count: 372))
        #expect(scratch.store.closeHead())
        scratch.store.close()
    }

    @Test func whatCannotBeOpenedSaysWhy() async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        #expect(
            try message { try openStore(folder + "/none/a.db") }
                == "cannot open \(folder)/none/a.db: the directory \(folder)/none does not exist")
        #expect(try message { try openStore(folder) } == "cannot open \(folder): it is a directory")

        let other = folder + "/other.db"
        _ = try askShell(other, "CREATE TABLE a (b)", readonly: false)
        #expect(try message { try openStore(other) } == "cannot open \(other): it is a database of another program")
        #expect(try askShell(other, "SELECT name FROM sqlite_schema") == ["a"])

        let own = folder + "/own.db"
        try openStore(own)
        _ = try askShell(own, "UPDATE schema_migrations SET checksum = 'x'", readonly: false)
        #expect(try message { try openStore(own) }.contains("was applied with another text"))
        _ = try askShell(own, "INSERT INTO schema_migrations VALUES (99, 'later', 'x', 'now')", readonly: false)
        #expect(
            try message { try openStore(own) }.contains(
                "its schema has version 99, this vedette knows versions up to \(newestVersion)"))

        let busy = folder + "/busy.db"
        let first = try Store(path: busy, registry: Registry(), logger: Logger(level: .error))
        #expect(try message { try openStore(busy) } == "cannot open \(busy): another vedette is using it")
        first.close()
        try openStore(busy)
    }

    @Test func aSecondProcessIsNoticed() async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let path = folder + "/a.db"
        try openStore(path)
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = [path, "/usr/bin/sh", "-c", "echo held; read line"]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        #expect(output.fileHandleForReading.readData(ofLength: 5) == Data("held\n".utf8))
        #expect(try message { try openStore(path) } == "cannot open \(path): another vedette is using it")
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try openStore(path)
    }

    @Test func aReadOnlyFileSystemIsRefused() async throws {
        try await mounted("4m") { folder async throws in
            #expect(try run("/usr/bin/mount", ["-o", "remount,ro", folder]).status == 0)
            #expect(
                try message { try openStore(folder + "/a.db") }
                    == "cannot open \(folder)/a.db: the file system is read-only")
        }
    }

    @Test(arguments: [
        (0x6969, "NFS"), (0xff53_4d42, "CIFS"), (Int(Int32(bitPattern: 0xff53_4d42)), "CIFS"), (0x0102_1997, "9P"),
    ])
    func networkFileSystemsAreRefused(type: Int, name: String) throws {
        let said = try message { try refuseNetworkFileSystem("/data/a.db", typeOf: { _ in type }) }
        #expect(said.contains("network file system (\(name))"), "\(said)")
        for local in [0xef53, 0x0102_1994, 0x5846_5342, 0x9123_683e, -1] {
            #expect(networkFileSystem(type: local) == nil)
        }
    }
}
