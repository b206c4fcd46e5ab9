import Foundation
import Instruments
import Logging
import Model
import Testing

@testable import Store

/// Damage in places where it is met seldom.
@Suite struct SalvageTests {
    /// A store whose head has the rows 0 to 9, each on a page of its own; `damage` is given the page of a row.
    private func recovered(_ damage: (inout Data, _ page: (Int) -> Range<Int>) -> Void) throws -> Scratch {
        let folder = try makeFolder()
        let path = folder + "/test.db"
        try Store(path: path, registry: Registry(), logger: Logger(level: .error)).close()
        let pages = try askShell(
            path,
            """
            WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 9)
            INSERT INTO head SELECT i, '[' || printf('%.3000d', 0) || ']' FROM n;
            INSERT INTO label_sets SELECT row_id << 7, 1, 0, '{}' FROM head;
            PRAGMA wal_checkpoint(TRUNCATE);
            SELECT pageno FROM dbstat WHERE name = 'head' AND pagetype = 'leaf' ORDER BY path
            """, readonly: false
        ).suffix(10).compactMap { Int($0) }
        #expect(pages.count == 10)
        var contents = try Data(contentsOf: URL(fileURLWithPath: path))
        damage(&contents) { row in (pages[row] - 1) * 4096..<pages[row] * 4096 }
        try contents.write(to: URL(fileURLWithPath: path))
        return try Scratch(in: folder, keepsLog: true) { $0.closesByItself = false }
    }

    /// Changes the key of the only cell of a page, which stands behind two bytes that say how long the cell is.
    private func changeKey(of row: UInt8, on page: Range<Int>, to key: UInt8, in contents: inout Data) {
        let cell = page.lowerBound + Int(contents[page.lowerBound + 8]) << 8
        let place = cell + Int(contents[page.lowerBound + 9]) + 2
        #expect(contents[place] == row)
        contents[place] = key
    }

    private func rows(_ scratch: Scratch) throws -> [String] {
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        return try scratch.shell("SELECT row_id FROM head ORDER BY 1")
    }

    /// The front of a table is gone, and behind it lie keys from 1 on: what is looked for begins before all of them.
    @Test func aTableWithoutItsFrontIsReadFromTheNextKey() throws {
        let scratch = try recovered { contents, page in
            contents.replaceSubrange(page(0), with: Data(repeating: 0xa5, count: 4096))
        }
        defer { removeFolder(scratch.folder) }
        #expect(try rows(scratch) == (1...9).map(String.init))
        #expect(
            scratch.log.contains { $0.contains("9 rows of the head") && $0.contains("unreadable_places=1") },
            "\(scratch.log)")
    }

    /// A key that was changed leads back to where the reading has been, again and again.
    @Test func keysInDisorderEnd() throws {
        let scratch = try recovered { contents, page in
            changeKey(of: 5, on: page(5), to: 0, in: &contents)
            contents.replaceSubrange(page(6), with: Data(repeating: 0xa5, count: 4096))
        }
        defer { removeFolder(scratch.folder) }
        #expect(try rows(scratch) == ["0", "1", "2", "3", "4", "7", "8", "9"])
        #expect(scratch.log.contains { $0.contains("8 rows of the head") }, "\(scratch.log)")
    }

    /// A key that was changed to a large one does not hide the rows behind it.
    @Test func aKeyFarAheadCostsNothingElse() throws {
        let scratch = try recovered { contents, page in
            changeKey(of: 5, on: page(5), to: 100, in: &contents)
        }
        defer { removeFolder(scratch.folder) }
        // The damage itself is only seen when the row is looked for.
        #expect(Set(try rows(scratch)).isSuperset(of: ["0", "1", "2", "3", "4", "6", "7", "8", "9"]))
    }

    /// A length that was changed promises more than SQLite takes: to it that is no damage, and to us it is.
    @Test func aRowThatClaimsToBeTooLargeIsPassedOver() throws {
        let scratch = try recovered { contents, page in
            let cell =
                page(5).lowerBound + Int(contents[page(5).lowerBound + 8]) << 8
                + Int(contents[page(5).lowerBound + 9])
            // Two gigabytes, key 5, and a header by which all of it is one text.
            let claim: [UInt8] = [0x87, 0xff, 0xff, 0xff, 0x7f, 5, 7, 0, 0x8f, 0xff, 0xff, 0xff, 0x7d]
            contents.replaceSubrange(cell..<cell + claim.count, with: claim)
        }
        defer { removeFolder(scratch.folder) }
        #expect(try rows(scratch) == ["0", "1", "2", "3", "4", "6", "7", "8", "9"])
    }

    /// A byte that was changed may have made a text of a number: of that row nothing is kept, and of the others everything.
    @Test func aRowWhoseTypesAreWrongIsNoneAndStopsNothing() async throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let scratch = try Scratch(in: folder)
        let target = ScriptedTarget(scratch.store)
        try target.scrape(at: scratch.clock.now(), (0..<3).map { (["__name__": "m", "i": "\($0)"], "\($0)") })
        try await scratch.store.flush()
        try scratch.reopen { () throws in
            let edit = "UPDATE label_sets SET metric_id = 'x' WHERE labels ->> 'i' = '1'"
            #expect(try askShell(scratch.path, edit, readonly: false) == [])
            Recovery.mark(scratch.path)
        }
        let found = try scratch.store.read([.metric("m")]).map { $0.0["i"] }
        #expect(found == ["0", "2"])
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        #expect(try scratch.shell("SELECT count(*) FROM series WHERE metric = 'vedette_lost_series'") == ["1"])
    }

    /// A file that never was a database, beside which lies nothing of ours: two paths were mixed up.
    @Test func aFileThatNeverWasAStoreIsLeftAlone() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let path = folder + "/vedette.yaml"
        let text = Data(String(repeating: "scrape_configs:\n", count: 1000).utf8)
        try text.write(to: URL(fileURLWithPath: path))
        #expect {
            try Store(path: path, registry: Registry(), logger: Logger(level: .error)).close()
        } throws: {
            "\($0)".contains("it is not a database")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == text)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["vedette.yaml"])
    }

    /// The file is exchanged for another one (restored, recovered) while somebody waits for it: who gets the old one would write
    /// into the new one beside its owner.
    @Test func whoWaitedForAFileThatWasExchangedHasTheNewOne() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let path = folder + "/test.db"
        let first = try FileGuard(path: path)
        var isExchanged = false
        let second = try FileGuard(path: path) {
            if isExchanged { return }
            isExchanged = true
            #expect(throws: Never.self) {
                try Data([1]).write(to: URL(fileURLWithPath: folder + "/new"))
                try rename(folder + "/new", to: path)
            }
            first.release()
        }
        #expect(isExchanged)
        #expect(throws: UserError.self) { try FileGuard(path: path) {} }
        second.release()
        try FileGuard(path: path).release()
    }
}
