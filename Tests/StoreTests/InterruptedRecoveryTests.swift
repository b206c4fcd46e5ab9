import Foundation
import Glibc
import Logging
import Model
import Testing

@testable import Store

/// A recovery that ends in the middle is completed by the next start, or done anew, and loses nothing that could be read.
@Suite struct InterruptedRecoveryTests {
    private struct Interrupted: Error {}

    private static let names = ["test.db", "test.db-wal", "test.db-damaged"]

    /// What a store leaves behind that found damage and was killed: a file with a page that is none, a log with the newest
    /// samples, and a note.
    private func damagedStore() async throws -> String {
        let folder = try makeFolder()
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        var random = SeededGenerator(3)
        func write(_ rows: Range<Int>) async throws {
            for row in rows {
                try target.scrape(
                    at: scratch.clock.now() + Int64(row) * 15_000,
                    (0..<300).map {
                        (["__name__": "m", "i": "\($0)"], "\(Double.random(in: 0...1, using: &random))")
                    })
            }
            try await scratch.store.flush()
        }
        try await write(0..<30)
        #expect(scratch.store.closeHead())
        try scratch.store.writer.runBlocking { try $0.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        try await write(30..<40)
        let page = try scratch.shell("SELECT max(pageno) FROM dbstat WHERE name = 'chunks' AND pagetype = 'overflow'")
        var contents = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        let start = ((page.first.flatMap { Int($0) } ?? 1) - 1) * 4096
        contents.replaceSubrange(start..<start + 4096, with: [UInt8](repeating: 0xa5, count: 4096))
        try contents.write(to: URL(fileURLWithPath: folder + "/test.db"))
        try FileManager.default.copyItem(atPath: scratch.path + "-wal", toPath: folder + "/test.db-wal")
        Recovery.mark(folder + "/test.db")
        return folder
    }

    private func copy(_ folder: String) throws -> String {
        let copy = try makeFolder()
        for name in Self.names {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
        }
        return copy
    }

    /// Runs a recovery as a start does, up to a step.
    private func interrupt(_ folder: String, behind step: Recovery.Step) throws {
        let path = folder + "/test.db"
        guard let reason = Recovery.reason(for: path) else { return }
        let recovery = Recovery(path: path, now: 1_732_170_000_000, logger: Logger(level: .error)) {
            if $0 == step { throw Interrupted() }
        }
        #expect(throws: Interrupted.self) {
            try recovery.run(releasing: try FileGuard(path: path), because: reason).release()
        }
    }

    private func samples(_ folder: String) throws -> [Labels: [Int64: Double]] {
        let scratch = try Scratch(in: folder)
        defer { scratch.store.close() }
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        return Dictionary(
            uniqueKeysWithValues: try scratch.store.read([.metric("m")]).map { labels, samples in
                (labels, Dictionary(uniqueKeysWithValues: samples.map { ($0.timestamp, $0.value) }))
            })
    }

    @Test func nothingIsLostWhereverItIsInterrupted() async throws {
        let damaged = try await damagedStore()
        defer { removeFolder(damaged) }
        let whole = try copy(damaged)
        defer { removeFolder(whole) }
        let expected = try samples(whole)
        // Some chunks are lost, and the newest samples, which are in the log, are there.
        let counts = expected.map(\.value.count)
        #expect(counts.count == 300 && counts.contains(10) && counts.contains(40), "\(Set(counts))")

        for first in Recovery.Step.allCases {
            for second in Recovery.Step.allCases {
                let folder = try copy(damaged)
                defer { removeFolder(folder) }
                try interrupt(folder, behind: first)
                // What comes before the step that was reached is not done again.
                if Recovery.reason(for: folder + "/test.db") != "its recovery was interrupted"
                    || second.rawValue > Recovery.Step.kept.rawValue
                {
                    try interrupt(folder, behind: second)
                }
                #expect(try samples(folder) == expected, "interrupted behind \(first) and \(second)")
                try expectKept(folder, damaged, "\(first), \(second)")
            }
        }
    }

    /// The damaged file is there as it was, and nothing else is left.
    private func expectKept(_ folder: String, _ damaged: String, _ when: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let aside = names.filter { $0.contains(".corrupt-") }
        #expect(
            aside.contains { !$0.hasSuffix("-wal") } && aside.contains { $0.hasSuffix("-wal") }, "\(when): \(aside)")
        for name in aside {
            let original = damaged + (name.hasSuffix("-wal") ? "/test.db-wal" : "/test.db")
            #expect(
                FileManager.default.contentsEqual(atPath: "\(folder)/\(name)", andPath: original), "\(when): \(name)")
        }
        #expect(Set(names).subtracting(aside) == ["test.db", "test.db-reserve"], "\(when): \(names)")
    }

    /// Somebody who has lost patience puts a copy in place: it counts.
    @Test func aRestoredFileIsNotReplaced() async throws {
        let damaged = try await damagedStore()
        defer { removeFolder(damaged) }
        let source = try Scratch()
        try ScriptedTarget(source.store).scrape(at: source.clock.now(), [(["__name__": "m"], "7")])
        try await source.store.flush()
        for step in Recovery.Step.allCases where step != .exchanged {
            let folder = try copy(damaged)
            defer { removeFolder(folder) }
            try interrupt(folder, behind: step)
            try Store.restore(from: source.path, to: folder + "/test.db", clock: source.clock)
            #expect(try samples(folder).values.map { Array($0.values) } == [[7]], "interrupted behind \(step)")
        }
        // Without our help too: then what he put there is kept under another name.
        let folder = try copy(damaged)
        defer { removeFolder(folder) }
        try interrupt(folder, behind: .recovered)
        try source.store.backup(to: folder + "/by-hand")
        try FileManager.default.removeItem(atPath: folder + "/test.db-wal")
        #expect(rename(folder + "/by-hand", folder + "/test.db") == 0)
        _ = try samples(folder)
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".corrupt-") }
        #expect(try kept.contains { try !$0.hasSuffix("-wal") && isCopy("\(folder)/\($0)") }, "\(kept)")
    }

    private func isCopy(_ path: String) throws -> Bool {
        guard let connection = try? Connection(path: path, mode: .readOnly) else { return false }
        return (try? connection.integer("SELECT count(*) FROM samples")) == 1
    }
}
