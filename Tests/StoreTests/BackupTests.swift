import Foundation
import Instruments
import Logging
import Model
import Synchronization
import Testing

@testable import Store

@Suite struct BackupTests {
    private func fill(_ scratch: Scratch, rows: Int = 30) async throws {
        let target = ScriptedTarget(scratch.store)
        for row in 0..<rows {
            try target.scrape(
                at: scratch.clock.now() + Int64(row) * 15_000,
                (0..<200).map { (["__name__": "m", "i": "\($0)"] as Labels, "\(row).5") })
        }
        try await scratch.store.flush()
    }

    private func sum(_ path: String) throws -> [String] {
        try askShell(path, "SELECT count(*), sum(value) FROM samples")
    }

    @Test func aCopyIsTakenWhileSamplesAreWritten() async throws {
        let scratch = try Scratch()
        try await fill(scratch)
        let copy = scratch.folder + "/copy.db"
        let isDone = Flag()
        let store = scratch.store
        let start = scratch.clock.now() + 1_000_000
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let other = ScriptedTarget(store, name: "b:1")
                var row: Int64 = 0
                while !isDone.isSet, row < 100_000 {
                    try other.scrape(at: start + row, [(["__name__": "n"], "\(row)")])
                    row += 1
                    if row % 50 == 0 { try await store.flush() }
                }
            }
            try store.backup(to: copy)
            isDone.set()
            try await group.waitForAll()
        }
        #expect(try askShell(copy, "PRAGMA quick_check") == ["ok"])
        #expect(try askShell(copy, "SELECT count(*), sum(value) FROM samples WHERE metric = 'm'") == ["6000|90000.0"])
        #expect(!fileExists(copy + "-wal"))
        #expect(throws: UserError("cannot write \(copy): it is there already")) { try scratch.store.backup(to: copy) }
        #expect(throws: UserError.self) { try scratch.store.backup(to: scratch.folder + "/none/copy.db") }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.folder).allSatisfy { !$0.contains("partial") })

        // The copy is a store.
        let opened = try Store(path: copy, registry: Registry(), logger: Logger(level: .error))
        #expect(try opened.read([.metric("m")]).count == 200)
        opened.close()
    }

    @Test func aCopyIsRestored() async throws {
        let scratch = try Scratch()
        try await fill(scratch, rows: 10)
        let copy = scratch.folder + "/copy.db"
        try scratch.store.backup(to: copy)
        try await fill(scratch, rows: 20)
        #expect(throws: UserError("cannot open \(scratch.path): another vedette is using it")) {
            try Store.restore(from: copy, to: scratch.path)
        }
        scratch.store.close()
        let before = try sum(scratch.path)
        let kept = try Store.restore(from: copy, to: scratch.path, clock: scratch.clock)
        #expect(kept == scratch.path + ".before-restore-20241121T062000Z")
        #expect(try sum(scratch.path) == ["2000|10000.0"])
        #expect(try sum(kept ?? "") == before)
        try scratch.reopen()
        #expect(try scratch.store.read([.metric("m")]).first?.1.count == 10)

        // Where there is nothing yet.
        let fresh = scratch.folder + "/fresh.db"
        #expect(try Store.restore(from: copy, to: fresh) == nil)
        #expect(try sum(fresh) == ["2000|10000.0"])
    }

    @Test func whatIsNoSoundStoreIsNotRestored() async throws {
        let scratch = try Scratch()
        try await fill(scratch)
        let copy = scratch.folder + "/copy.db"
        try scratch.store.backup(to: copy)
        scratch.store.close()
        let before = try sum(scratch.path)
        func refused(_ path: String) -> String {
            do {
                try Store.restore(from: path, to: scratch.path)
                return "restored"
            } catch {
                return "\(error)"
            }
        }
        #expect(refused(scratch.folder + "/none.db").hasSuffix("there is no such file"))
        let other = scratch.folder + "/other.db"
        _ = try askShell(other, "CREATE TABLE a (b)", readonly: false)
        #expect(refused(other).hasSuffix("it is not a store of vedette"))
        let later = scratch.folder + "/later.db"
        try FileManager.default.copyItem(atPath: copy, toPath: later)
        _ = try askShell(later, "INSERT INTO schema_migrations VALUES (99, 'later', 'x', 'now')", readonly: false)
        #expect(
            refused(later).hasSuffix("its schema has version 99, this vedette knows versions up to \(newestVersion)"))
        var contents = try Data(contentsOf: URL(fileURLWithPath: copy))
        for at in 8192..<20_000 { contents[at] = 0x77 }
        let damaged = scratch.folder + "/damaged.db"
        try contents.write(to: URL(fileURLWithPath: damaged))
        #expect(refused(damaged).contains("it is not a sound store of vedette"))
        #expect(try sum(scratch.path) == before)
    }

    @Test func aStoreIsCompacted() async throws {
        let scratch = try Scratch()
        // Enough that the tables and indexes themselves, which are not compacted, do not matter.
        try await fill(scratch, rows: 400)
        #expect(throws: UserError.self) {
            try Store.compact(path: scratch.path, logger: Logger(level: .error))
        }
        scratch.store.close()
        let before = try sum(scratch.path)
        let sizes = try Store.compact(path: scratch.path, logger: Logger(level: .error))
        #expect(sizes.after < sizes.before / 2 && sizes.after == fileSize(scratch.path))
        #expect(try sum(scratch.path) == before)
        #expect(
            try askShell(scratch.path, "SELECT (SELECT count(*) FROM head), freelist_count FROM pragma_freelist_count")
                == ["0|0"])
        #expect(try askShell(scratch.path, "PRAGMA auto_vacuum; PRAGMA application_id") == ["2", "1449423973"])
        try scratch.reopen()
        #expect(try scratch.store.read([.metric("m")]).count == 200)
    }

    @Test func statisticsTellWhatThereIs() async throws {
        let scratch = try Scratch()
        try await fill(scratch, rows: 3)
        let other = ScriptedTarget(scratch.store, name: "b:1")
        try other.scrape(
            at: scratch.clock.now() + 1_000_000,
            [(["__name__": "e\u{301}", "job": "x"], "1"), (["__name__": "\u{e9}"], "1")])
        try await scratch.store.flush()
        for isClosed in [false, true] {
            if isClosed { #expect(scratch.store.closeHead()) }
            let found = try scratch.store.statistics(limit: 2)
            #expect(found.seriesCount == 202)
            #expect(found.labelPairCount == 3 + 200 + 1)
            #expect(found.chunkCount == (isClosed ? 3 : 0))
            #expect(found.minTime == scratch.clock.now())
            #expect(found.maxTime == scratch.clock.now() + 1_000_000)
            #expect(found.seriesCountByMetricName == [.init(name: "m", value: 200), .init(name: "e\u{301}", value: 1)])
            #expect(
                found.labelValueCountByLabelName == [.init(name: "i", value: 200), .init(name: "__name__", value: 3)])
            #expect(found.seriesCountByLabelValuePair.first == .init(name: "__name__=m", value: 200))
            #expect(found.memoryInBytesByLabelName.first == .init(name: "i", value: 10 + 180 + 300))
        }
        #expect(try scratch.store.labelNames() == ["__name__", "i", "job"])
        #expect(
            try scratch.store.labelValues("__name__").map { Array($0.utf8) }
                == ["e\u{301}", "m", "\u{e9}"].map { Array($0.utf8) })
        #expect(try scratch.store.labelValues("none").isEmpty)
        try scratch.reopen()
        #expect(try scratch.store.labelNames() == ["__name__", "i", "job"])
        #expect(try scratch.store.labelValues("i").count == 200)
    }
}
