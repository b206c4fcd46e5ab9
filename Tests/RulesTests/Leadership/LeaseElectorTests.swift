import Model
import Testing

@testable import Rules

/// A store that answers at once.
private struct Shelf {
    var lease: StoredLease?
    private var writings = 0

    mutating func write(_ record: LeaseRecord, over version: String?) -> LeaseWriting {
        guard version == lease?.version else { return .changed }
        writings += 1
        lease = StoredLease(record: record, version: "\(writings)")
        return .written(version: "\(writings)")
    }

    /// Does what an elector asks, until it asks no more.
    mutating func serve(_ elector: inout LeaseElector, _ first: LeaseElector.Request?, at now: Int64) {
        var request = first
        while let asked = request {
            switch asked {
            case .read: request = elector.hasRead(.success(lease), at: now)
            case .write(let record, let version):
                request = elector.hasWritten(.success(write(record, over: version)), at: now)
            }
        }
    }

    mutating func step(_ elector: inout LeaseElector, at now: Int64) { serve(&elector, elector.step(at: now), at: now) }
}

private let failure = UserError("the disk is on fire")

@Suite struct LeaseElectorTests {
    private func elector(_ identity: String, leastEpoch: Int64 = 0) -> LeaseElector {
        LeaseElector(identity: identity, timing: .standard, leastEpoch: leastEpoch)
    }

    @Test func theFirstLeadsAtOnceAndOthersWaitForItsSilence() {
        var shelf = Shelf()
        var (a, b) = (elector("a"), elector("b"))
        shelf.step(&a, at: 0)
        #expect(a.mayAct(at: 0))
        #expect(a.epoch == 1)
        #expect(a.nextStep(after: 0) == 2000)
        shelf.step(&b, at: 1000)
        #expect(!b.mayAct(at: 1000))
        #expect(b.holder == "a")
        shelf.step(&a, at: 2000)
        #expect(a.mayAct(at: 11_999))
        // It saw the last sign of life at 3000.
        for now in stride(from: Int64(3000), through: 17_000, by: 2000) {
            shelf.step(&b, at: now)
            #expect(!b.mayAct(at: now))
        }
        #expect(!a.mayAct(at: 12_000))
        // The next look is at the end of the lease, not a period after the last.
        #expect(b.nextStep(after: 17_000) == 18_000)
        shelf.step(&b, at: 18_000)
        #expect(b.mayAct(at: 18_000))
        #expect(b.epoch == 2)
        // The other learns of it as soon as it looks.
        shelf.step(&a, at: 18_500)
        #expect(a.holder == "b")
        #expect(!a.mayAct(at: 18_500))
    }

    @Test func whoeverIsRestartedGoesOnInItsEpoch() {
        var shelf = Shelf()
        var first = elector("a")
        shelf.step(&first, at: 0)
        var again = elector("a", leastEpoch: 1)
        // Its clock has begun anew.
        shelf.step(&again, at: 5)
        #expect(again.mayAct(at: 5))
        #expect(again.epoch == 1)
        // One that remembers a later epoch than the store does never uses one twice.
        var other = elector("a", leastEpoch: 7)
        shelf.step(&other, at: 5)
        #expect(other.epoch == 8)
    }

    @Test func aRestartThatFailsAtFirstGoesOnToo() {
        var shelf = Shelf()
        var first = elector("a")
        shelf.step(&first, at: 0)
        var again = elector("a", leastEpoch: 1)
        #expect(again.step(at: 0) == .read)
        guard case .write = again.hasRead(.success(shelf.lease), at: 0) else {
            Issue.record("it does not write")
            return
        }
        #expect(again.hasWritten(.failure(failure), at: 10) == nil)
        #expect(again.error(at: 10) == failure)
        shelf.step(&again, at: 2010)
        #expect(again.mayAct(at: 2010))
        #expect(again.epoch == 1)
        #expect(again.error(at: 2010) == nil)
    }

    @Test func givingUpLetsTheNextOneInAtOnce() {
        var shelf = Shelf()
        var (a, b) = (elector("a"), elector("b"))
        shelf.step(&a, at: 0)
        shelf.step(&b, at: 0)
        shelf.serve(&a, a.giveUp(at: 1000), at: 1000)
        #expect(!a.mayAct(at: 1000))
        #expect(a.step(at: 100_000) == nil)
        shelf.step(&b, at: 2000)
        #expect(b.mayAct(at: 2000))
        #expect(b.epoch == 2)
    }

    @Test func givingUpWhileWritingReleasesAfterwards() {
        var shelf = Shelf()
        var a = elector("a")
        shelf.step(&a, at: 0)
        guard case .write(let record, let version) = a.step(at: 2000) else {
            Issue.record("it does not renew")
            return
        }
        #expect(a.giveUp(at: 2100) == nil)
        #expect(!a.mayAct(at: 2100))
        shelf.serve(&a, a.hasWritten(.success(shelf.write(record, over: version)), at: 2200), at: 2200)
        #expect(shelf.lease?.record.holder == "")
        #expect(!a.isWaiting)
    }

    @Test func itsTurnCountsFromTheBeginningOfTheWriting() {
        var shelf = Shelf()
        var a = elector("a")
        #expect(a.step(at: 0) == .read)
        guard case .write(let record, nil) = a.hasRead(.success(nil), at: 3000) else {
            Issue.record("it does not write")
            return
        }
        #expect(a.hasWritten(.success(shelf.write(record, over: nil)), at: 9000) == nil)
        #expect(a.mayAct(at: 12_999))
        #expect(!a.mayAct(at: 13_000))
        #expect(a.nextStep(after: 9000) == 5000)
        // A writing that took longer than the deadline is worth nothing by itself; the next one is.
        guard case .write(let next, let version) = a.step(at: 9000) else {
            Issue.record("it does not renew")
            return
        }
        #expect(a.error(at: 19_000) != nil)
        #expect(a.nextStep(after: 9000) == 13_000)
        #expect(a.nextStep(after: 13_000) == 19_000)
        #expect(a.hasWritten(.success(shelf.write(next, over: version)), at: 30_000) == nil)
        #expect(!a.mayAct(at: 30_000))
        shelf.step(&a, at: 30_000)
        #expect(a.mayAct(at: 30_000))
        #expect(a.epoch == 1)
    }

    @Test func aWritingOfWhichNobodyKnowsIsRecognised() {
        var shelf = Shelf()
        var a = elector("a")
        shelf.step(&a, at: 0)
        // Twice it is written, and twice the answer is lost.
        for now in [Int64(2000), 4000] {
            guard case .write(let record, let version) = a.step(at: now) else {
                Issue.record("it does not renew")
                return
            }
            _ = shelf.write(record, over: version)
            #expect(a.hasWritten(.failure(failure), at: now) == nil)
        }
        shelf.step(&a, at: 6000)
        #expect(a.mayAct(at: 15_999))
        #expect(a.epoch == 1)
    }

    @Test func anotherOneByTheSameNameIsNotItself() {
        var shelf = Shelf()
        var (a, clone) = (elector("a"), elector("a"))
        shelf.step(&a, at: 0)
        // It takes itself for the other after a restart.
        shelf.step(&clone, at: 1000)
        #expect(clone.mayAct(at: 1000))
        shelf.step(&a, at: 2000)
        #expect(!a.mayAct(at: 2000))
        // The two do not take turns.
        shelf.step(&clone, at: 3000)
        #expect(clone.mayAct(at: 3000))
        shelf.step(&a, at: 4000)
        #expect(!a.mayAct(at: 4000))
        shelf.step(&a, at: 19_000)
        #expect(a.mayAct(at: 19_000))
        #expect(a.epoch == 2)
    }

    @Test func aDeletedLeaseIsNotAFreeOne() {
        var shelf = Shelf()
        var (a, b) = (elector("a"), elector("b"))
        shelf.step(&a, at: 0)
        shelf.step(&b, at: 0)
        shelf.lease = nil
        shelf.step(&b, at: 1000)
        #expect(!b.mayAct(at: 1000))
        // The holder puts it back.
        shelf.step(&a, at: 2000)
        #expect(a.mayAct(at: 2000))
        #expect(a.epoch == 1)
        shelf.lease = nil
        shelf.step(&b, at: 3000)
        shelf.step(&b, at: 18_000)
        #expect(b.mayAct(at: 18_000))
        #expect(b.epoch == 2)
    }

    /// The file came back from a backup: no epoch comes back with it.
    @Test func anEarlierLeaseBringsNoEpochBack() {
        var shelf = Shelf()
        var (a, b) = (elector("a"), elector("b"))
        shelf.step(&a, at: 0)
        let early = shelf.lease
        shelf.serve(&a, a.giveUp(at: 0), at: 0)
        shelf.step(&b, at: 0)
        #expect(b.epoch == 2)
        shelf.lease = early
        shelf.step(&b, at: 2000)
        #expect(!b.mayAct(at: 2000))
        #expect(b.holder == "a")
        #expect(b.epoch == 2)
        for now in stride(from: Int64(4000), through: 18_000, by: 2000) { shelf.step(&b, at: now) }
        #expect(b.mayAct(at: 18_000))
        #expect(b.epoch == 3)
    }

    @Test func whatCannotBeReadIsSaidAndTriedAgain() {
        var shelf = Shelf()
        var a = elector("a")
        #expect(a.step(at: 0) == .read)
        #expect(a.hasRead(.failure(failure), at: 10) == nil)
        #expect(a.error(at: 10) == failure)
        #expect(a.nextStep(after: 10) == 2010)
        #expect(a.step(at: 2009) == nil)
        shelf.step(&a, at: 2010)
        #expect(a.mayAct(at: 2010))
        #expect(a.error(at: 2010) == nil)
    }

    @Test func aStoreThatAlwaysChangesIsNotAskedForEver() {
        var a = elector("a")
        #expect(a.step(at: 0) == .read)
        let lease = { (renewals: Int64) in
            StoredLease(
                record: LeaseRecord(holder: "", epoch: 1, renewals: renewals, duration: 15_000), version: "\(renewals)")
        }
        #expect(a.hasRead(.success(lease(1)), at: 0) != nil)
        #expect(a.hasWritten(.success(.changed), at: 0) == .read)
        #expect(a.hasRead(.success(lease(2)), at: 0) != nil)
        #expect(a.hasWritten(.success(.changed), at: 0) == nil)
        #expect(a.nextStep(after: 0) == 2000)
    }

    @Test(
        arguments: [
            (15_000, 10_000, 2000, nil), (3, 2, 1, nil), (3_600_000, 10, 1, nil),
            (10_000, 10_000, 2000, "lease_duration (10s) must be longer than renew_deadline (10s)"),
            (15_000, 10_000, 9000, "renew_deadline (10s) must be longer than 1.2 times retry_period (9s)"),
            (15_000, 12_000, 10_000, "renew_deadline (12s) must be longer than 1.2 times retry_period (10s)"),
            (15_000, 10_000, 0, "retry_period (0s) must be more than 0s"),
            (3_600_001, 10_000, 2000, "lease_duration (1h1ms) must be at most 1h"),
            (.max, .max, .max, "lease_duration (106751991167d7h12m55s807ms) must be at most 1h"),
            (3_600_000, 10, .max, "renew_deadline (10ms) must be longer than 1.2 times"),
        ] as [(Int64, Int64, Int64, String?)])
    func timesAreThoseOfKubernetes(_ lease: Int64, _ renew: Int64, _ retry: Int64, _ reason: String?) {
        do {
            _ = try LeaseTiming(leaseDuration: lease, renewDeadline: renew, retryPeriod: retry)
            #expect(reason == nil)
        } catch {
            #expect(reason.map { error.message.hasPrefix($0) } ?? false, "\(error)")
        }
    }
}
