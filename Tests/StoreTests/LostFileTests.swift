import Foundation
import Glibc
import Model
import Testing

@testable import Store

/// A file that is deleted, moved or replaced under a store that has it open.
@Suite struct LostFileTests {
    /// What somebody does to the file.
    enum Deed: String, CaseIterable {
        case deleted, replaced, logDeleted, moved
    }

    private static func `do`(_ deed: Deed, to path: String, in folder: String) throws {
        switch deed {
        case .deleted: try #require(unlink(path) == 0)
        case .replaced:
            _ = try askShell(folder + "/other.db", "CREATE TABLE a (b); INSERT INTO a VALUES (1)", readonly: false)
            try #require(rename(folder + "/other.db", path) == 0)
        case .logDeleted: try #require(unlink(path + "-wal") == 0)
        case .moved:
            for ending in ["", "-wal", "-shm"] { try #require(rename(path + ending, path + ".moved" + ending) == 0) }
        }
    }

    @Test(arguments: Deed.allCases) func itIsSaidOnceAndACopyHasEverything(deed: Deed) async throws {
        let scratch = try Scratch(keepsLog: true)
        let target = ScriptedTarget(scratch.store)
        let start = scratch.clock.now()
        try target.scrape(at: start, [(["__name__": "m"], "1")])
        try await scratch.store.flush()
        #expect(scratch.store.maintain())
        #expect(scratch.metric("vedette_store_file_lost") == 0)
        #expect(!scratch.log.contains { $0.contains("deleted or replaced") })

        try Self.do(deed, to: scratch.path, in: scratch.folder)
        #expect(scratch.metric("vedette_store_file_lost") == 1)
        for _ in 0..<3 { _ = scratch.store.maintain() }
        let said = scratch.log.filter { $0.contains("deleted or replaced") }
        #expect(said.count == 1 && said.first?.contains(" error ") == true, "\(said)")
        #expect(said.first?.contains("/api/v1/backup") == true && said.first?.contains("vedette restore") == true)

        // Writing goes on, and what was written can be had.
        try target.scrape(at: start + 15_000, [(["__name__": "m"], "2")])
        try await scratch.store.flush()
        let copy = scratch.folder + "/copy.db"
        try scratch.store.backup(to: copy)
        #expect(try askShell(copy, "SELECT value FROM samples ORDER BY ts") == ["1.0", "2.0"])
        #expect(try askShell(copy, "PRAGMA integrity_check") == ["ok"])
        // A reader does not take another file for the store: it reads the right one, or says why not.
        var held: [ReadTransaction] = []
        let refusal = #expect(throws: UserError.self) {
            while held.count < 64 { held.append(try scratch.store.readers.borrow()) }
        }
        #expect(refusal?.description.contains("deleted or replaced") == true && held.count <= 4)
    }

    @Test func aFileThatIsPutBackIsFound() async throws {
        let scratch = try Scratch(keepsLog: true)
        try #require(rename(scratch.path, scratch.path + ".elsewhere") == 0)
        #expect(scratch.store.maintain())
        #expect(scratch.metric("vedette_store_file_lost") == 1)
        try #require(rename(scratch.path + ".elsewhere", scratch.path) == 0)
        #expect(scratch.store.maintain())
        #expect(scratch.metric("vedette_store_file_lost") == 0)
        #expect(scratch.log.contains { $0.contains("back in its place") }, "\(scratch.log)")
    }
}
