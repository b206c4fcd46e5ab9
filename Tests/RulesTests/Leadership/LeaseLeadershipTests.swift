import Model
import Synchronization
import Testing
import Threads

@testable import Rules

/// A clock that stands still until it is set.
private final class HandClock: WallClock {
    private let milliseconds = Atomic<Int64>(1000)

    func now() -> Int64 { 1_790_000_000_000 + steady() }
    func steady() -> Int64 { milliseconds.load(ordering: .relaxed) }
    func set(_ time: Int64) { milliseconds.store(time, ordering: .relaxed) }
}

/// A lease in a file that hangs when it is told to, as a network file system does.
private final class HangingLease: LeaseStore {
    private let file: LockFileLease
    private let gate = Monitor()
    private let isShut = Mutex(false)

    init(_ path: String) { file = LockFileLease(path: path) }

    func shut() { gate.locked { isShut.withLock { $0 = true } } }

    func reopen() {
        gate.locked {
            isShut.withLock { $0 = false }
            gate.wakeAll()
        }
    }

    private func pass() {
        gate.locked { while isShut.withLock({ $0 }) { gate.wait() } }
    }

    func check() throws(UserError) {
        pass()
        try file.check()
    }

    func read() throws(UserError) -> StoredLease? {
        pass()
        return try file.read()
    }

    func write(_ record: LeaseRecord, over version: String?) throws(UserError) -> LeaseWriting {
        pass()
        return try file.write(record, over: version)
    }
}

/// What somebody was told.
private final class Heard: Sendable {
    private let statuses = Mutex<[LeadershipStatus]>([])

    func hear(_ status: LeadershipStatus) { statuses.withLock { $0.append(status) } }
    var all: [LeadershipStatus] { statuses.withLock { $0 } }
}

/// Waits until something is so; false when it does not become so in ten seconds.
private func waits(for condition: () -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

@Suite struct LeaseLeadershipTests {
    private let timing: LeaseTiming

    init() throws { timing = try LeaseTiming(leaseDuration: 600, renewDeadline: 400, retryPeriod: 100) }

    @Test func aloneIsAlwaysTheLeader() async throws {
        let heard = Heard()
        let alone = AloneLeadership(identity: "a", epoch: 4, since: 9)
        try await alone.start { heard.hear($0) }
        #expect(alone.mayAct)
        #expect(alone.actingEpoch() == 4)
        #expect(heard.all == [LeadershipStatus(isLeader: true, epoch: 4, holder: "a", since: 9)])
        await alone.stop()
    }

    @Test func oneActsAndTheOtherAfterIt() async throws {
        let folder = try LeaseFolder()
        let heard = Heard()
        let a = LeaseLeadership(store: LockFileLease(path: folder.lock), identity: "a", timing: timing)
        let b = LeaseLeadership(store: LockFileLease(path: folder.lock), identity: "b", timing: timing, leastEpoch: 1)
        #expect(!a.mayAct)
        try await a.start { _ in }
        #expect(try await waits { a.mayAct })
        #expect(a.actingEpoch() == 1)
        #expect(a.status.isLeader)
        try await b.start { heard.hear($0) }
        #expect(try await waits { b.status.holder == "a" })
        #expect(!b.mayAct)
        await a.stop()
        #expect(!a.mayAct)
        #expect(try await waits { b.mayAct })
        #expect(b.actingEpoch() == 2)
        await b.stop()
        #expect(!b.mayAct)
        let turns = heard.all.map(\.isLeader).reduce(into: [Bool]()) { if $0.last != $1 { $0.append($1) } }
        #expect(turns == [false, true, false])
        #expect(heard.all.last?.holder == "")
    }

    /// The leader's volume hangs: it stops acting before the other begins.
    @Test func aVolumeThatHangsEndsTheTurn() async throws {
        let folder = try LeaseFolder()
        let store = HangingLease(folder.lock)
        let heard = Heard()
        let a = LeaseLeadership(store: store, identity: "a", timing: timing)
        let b = LeaseLeadership(store: LockFileLease(path: folder.lock), identity: "b", timing: timing)
        try await a.start { heard.hear($0) }
        #expect(try await waits { a.mayAct })
        try await b.start { _ in }
        store.shut()
        let both = Atomic(0)
        #expect(
            try await waits {
                if a.mayAct, b.mayAct { both.add(1, ordering: .relaxed) }
                return b.mayAct
            })
        #expect(both.load(ordering: .relaxed) == 0)
        #expect(b.actingEpoch() == 2)
        #expect(try await waits { a.status.error == "cannot reach the lease: its store does not answer" })
        #expect(try await waits { heard.all.last?.isLeader == false })
        store.reopen()
        #expect(try await waits { a.status.holder == "b" && a.status.error == nil })
        #expect(!a.mayAct)
        await b.stop()
        #expect(try await waits { a.actingEpoch() == 3 })
        await a.stop()
    }

    /// The process was stopped for longer than the lease: the first question after that is answered rightly.
    @Test func whoeverWasStoppedDoesNotAct() async throws {
        let folder = try LeaseFolder()
        let clock = HandClock()
        let store = HangingLease(folder.lock)
        let leadership = LeaseLeadership(store: store, identity: "a", timing: timing, clock: clock)
        try await leadership.start { _ in }
        #expect(try await waits { leadership.mayAct })
        store.shut()
        clock.set(1399)
        #expect(leadership.mayAct)
        clock.set(1400)
        #expect(!leadership.mayAct)
        #expect(!leadership.status.isLeader)
        store.reopen()
        #expect(try await waits { leadership.actingEpoch() == 1 })
        await leadership.stop()
    }

    @Test func whatCannotBeUsedIsRefusedAtOnce() async throws {
        let folder = try LeaseFolder()
        let store = LockFileLease(path: "\(folder.path)/missing/leader")
        let leadership = LeaseLeadership(store: store, identity: "a", timing: timing)
        await #expect(throws: UserError.self) { try await leadership.start { _ in } }
        await leadership.stop()
        #expect(!leadership.mayAct)
    }

    /// A volume that hangs at the beginning does not keep anybody from starting.
    @Test func beginsWithoutAnAnswer() async throws {
        let folder = try LeaseFolder()
        let store = HangingLease(folder.lock)
        store.shut()
        let leadership = LeaseLeadership(store: store, identity: "a", timing: timing)
        try await leadership.start { _ in }
        #expect(!leadership.mayAct)
        #expect(try await waits { leadership.status.error != nil })
        store.reopen()
        #expect(try await waits { leadership.mayAct })
        #expect(leadership.status.error == nil)
        await leadership.stop()
    }

    @Test func stoppingDoesNotWaitForEver() async throws {
        let folder = try LeaseFolder()
        let store = HangingLease(folder.lock)
        let leadership = LeaseLeadership(store: store, identity: "a", timing: timing)
        try await leadership.start { _ in }
        #expect(try await waits { leadership.mayAct })
        store.shut()
        let began = monotonicNanoseconds()
        await leadership.stop()
        #expect(monotonicNanoseconds() - began < 3_000_000_000)
        #expect(!leadership.mayAct)
        store.reopen()
    }

    /// Restarted within its lease, an instance goes on in its epoch.
    @Test func aRestartGoesOn() async throws {
        let folder = try LeaseFolder()
        let store = HangingLease(folder.lock)
        let first = LeaseLeadership(store: store, identity: "a", timing: timing)
        try await first.start { _ in }
        #expect(try await waits { first.mayAct })
        // As though it were killed: it cannot give the lease up.
        store.shut()
        await first.stop()
        let again = LeaseLeadership(
            store: LockFileLease(path: folder.lock), identity: "a", timing: timing, leastEpoch: 1)
        try await again.start { _ in }
        #expect(try await waits { again.mayAct })
        #expect(again.actingEpoch() == 1)
        await again.stop()
        store.reopen()
    }
}
