import Foundation
import Glibc
import Model
import Synchronization
import Testing
import Threads

@testable import Rules

/// A folder that goes away with the test.
final class LeaseFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("lease-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var lock: String { "\(path)/leader" }

    func write(_ text: String) throws { try text.write(toFile: lock, atomically: false, encoding: .utf8) }
}

private func record(_ holder: String, _ renewals: Int64 = 1) -> LeaseRecord {
    LeaseRecord(holder: holder, epoch: 1, renewals: renewals, duration: 15_000)
}

@Suite struct LockFileLeaseTests {
    @Test func writesOnlyOverWhatItKnows() throws {
        let folder = try LeaseFolder()
        let lease = LockFileLease(path: folder.lock)
        try lease.check()
        #expect(try lease.read() == nil)
        guard case .written(let first) = try lease.write(record("a"), over: nil) else {
            Issue.record("nobody was there")
            return
        }
        #expect(try lease.read() == StoredLease(record: record("a"), version: first))
        #expect(try lease.write(record("b"), over: nil) == .changed)
        #expect(try lease.write(record("b"), over: "something") == .changed)
        #expect(try LockFileLease(path: folder.lock).write(record("b", 2), over: first) != .changed)
        #expect(try lease.read()?.record == record("b", 2))
        #expect(try lease.write(record("a", 3), over: first) == .changed)
        // Nothing is left lying about.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["leader", "leader.lock"])
        #expect(
            try String(contentsOfFile: folder.lock, encoding: .utf8)
                == "{\"holder\":\"b\",\"epoch\":1,\"renewals\":2,\"lease_duration_ms\":15000}\n")
    }

    @Test(arguments: [
        ("{}", "`holder` is missing"),
        ("{\"holder\":\"a\",\"epoch\":-1,\"renewals\":1,\"lease_duration_ms\":5}", "`epoch`: expected"),
        (
            "{\"holder\":\"a\",\"epoch\":1,\"renewals\":99999999999999999999,\"lease_duration_ms\":5}",
            "`renewals`: expected"
        ),
        (
            "{\"holder\":\"a\",\"epoch\":1,\"renewals\":1,\"lease_duration_ms\":3600001}",
            "`lease_duration_ms`: expected"
        ),
        ("{\"holder\":\"a\",\"ep", "a string has no end"), ("nonsense", "expected a value"),
        ("[]", "expected an object"),
        (String(repeating: " ", count: 5000), "it has more than 4096 bytes"),
    ]) func refusesADamagedLease(_ text: String, _ reason: String) throws {
        let folder = try LeaseFolder()
        try folder.write(text)
        let error = #expect(throws: UserError.self) { try LockFileLease(path: folder.lock).check() }
        #expect(error?.message.contains(reason) ?? false, "\(error.map(\.message) ?? "")")
        #expect(error?.message.contains(folder.lock) ?? false)
    }

    @Test func anEmptyFileIsNone() throws {
        let folder = try LeaseFolder()
        try folder.write("")
        let lease = LockFileLease(path: folder.lock)
        #expect(try lease.read() == nil)
        #expect(try lease.write(record("a"), over: nil) != .changed)
    }

    @Test func saysWhyItCannotBeUsed() throws {
        let folder = try LeaseFolder()
        func message(_ path: String) -> String {
            do {
                try LockFileLease(path: path).check()
                return ""
            } catch {
                return error.message
            }
        }
        let missing = "\(folder.path)/missing/leader"
        #expect(message(missing) == "cannot read lease \(missing): the directory \(folder.path)/missing does not exist")
        #expect(message(folder.path).hasSuffix("Is a directory"))
        // Nobody may write there, not even root.
        #expect(message("/proc/leader").hasPrefix("cannot write lease /proc/leader: "))
        #expect(message("/proc/version/leader").hasSuffix("the directory /proc/version does not exist"))
    }

    @Test func doesNotWaitForEverForTheLock() throws {
        let folder = try LeaseFolder()
        let lease = LockFileLease(path: folder.lock, lockTimeout: 50)
        let other = open(folder.lock + ".lock", O_RDWR | O_CREAT, 0o600)
        defer { close(other) }
        #expect(flock(other, LOCK_EX) == 0)
        // Reading and beginning go on meanwhile.
        try lease.check()
        #expect(try lease.read() == nil)
        let began = monotonicNanoseconds()
        let error = #expect(throws: UserError.self) { try lease.write(record("a"), over: nil) }
        #expect(monotonicNanoseconds() - began < 5_000_000_000)
        #expect(error?.message == "cannot lock lease \(folder.lock): another process holds \(folder.lock).lock")
        #expect(try lease.read() == nil)
        #expect(flock(other, LOCK_UN) == 0)
        #expect(try lease.write(record("a"), over: nil) != .changed)
    }

    /// A lock of another process ends with it, however it ends.
    @Test func theLockEndsWithItsProcess() throws {
        let program = "/usr/bin/flock"
        guard FileManager.default.isExecutableFile(atPath: program) else { return }
        let folder = try LeaseFolder()
        let other = Process()
        other.executableURL = URL(fileURLWithPath: program)
        other.arguments = ["--no-fork", folder.lock + ".lock", "/bin/sh", "-c", "echo; exec sleep 60"]
        let output = Pipe()
        other.standardOutput = output
        try other.run()
        _ = output.fileHandleForReading.readData(ofLength: 1)
        kill(other.processIdentifier, SIGSTOP)
        #expect(throws: UserError.self) {
            try LockFileLease(path: folder.lock, lockTimeout: 20).write(record("a"), over: nil)
        }
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        #expect(try LockFileLease(path: folder.lock).write(record("a"), over: nil) != .changed)
    }

    /// Of all who write at once over the same state one succeeds: none of the writings is lost.
    @Test func noWritingIsLost() throws {
        let folder = try LeaseFolder()
        let successes = Mutex<Int64>(0)
        let threads = try (0..<4).map { number in
            try Thread(name: "writer") {
                let lease = LockFileLease(path: folder.lock, lockTimeout: 10_000)
                for _ in 0..<50 {
                    do {
                        let now = try lease.read()
                        let next = record("\(number)", (now?.record.renewals ?? 0) + 1)
                        if try lease.write(next, over: now?.version) != .changed { successes.withLock { $0 += 1 } }
                    } catch {
                        Issue.record("\(error)")
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(try LockFileLease(path: folder.lock).read()?.record.renewals == successes.withLock { $0 })
    }
}
