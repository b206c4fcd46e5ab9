import Actions
import Model
import Store

/// Evaluates a group again and again.
protocol GroupJudge: Sendable {
    /// The group's number.
    var groupID: Int64 { get }

    /// Evaluates whenever it is time, until the task is cancelled.
    func run() async

    /// The alerts of the group as they are told; none when nobody is told of any.
    func alerts() -> [ActionAlert]

    /// What is known of the group, as rows: for going on under another configuration. Nil before the first evaluation.
    func rows() -> (JudgedGroup, [JudgedInstance])?
}

/// When a group is evaluated.
struct GroupLoop: Sendable {
    let schedule: GroupSchedule
    let surroundings: Surroundings

    /// Calls `evaluate` with the time of each evaluation, until the task is cancelled. The first one is the next that is due: for one
    /// of before the start there may be no values, though there are some now.
    func run(after evaluated: Int64?, _ evaluate: (_ time: Int64) async -> Void) async {
        var last: Int64? = max(evaluated ?? .min, schedule.last(at: surroundings.clock.now()))
        // What was not evaluated while nobody ran was not missed by us.
        var hasRun = false
        while !Task.isCancelled {
            let now = surroundings.clock.now()
            let due = schedule.last(at: now)
            // One of before is due when the clock was set back by more than an interval.
            if let last, due <= last, last - due < schedule.interval {
                await pause(until: schedule.next(after: now), from: now)
                continue
            }
            if hasRun, let last, due - last > schedule.interval {
                surroundings.instruments.missed.increment(by: Int((due - last) / schedule.interval) - 1)
            }
            last = due
            hasRun = true
            let began = monotonicNanoseconds()
            await evaluate(due)
            surroundings.instruments.seconds.observe(nanoseconds: monotonicNanoseconds() - began)
        }
    }

    /// In short steps: a clock that is set is noticed within a second.
    private func pause(until due: Int64, from now: Int64) async {
        do {
            try await Task.sleep(for: .milliseconds(min(max(due - now, 1), 1000)))
        } catch {
            // Cancelled: `run` sees it.
        }
    }
}

extension Surroundings {
    /// Writes what an evaluation changes, in one go. While the disk refuses it waits in memory; judging and acting go on.
    func write(_ batch: WriteBatch, of group: String) async {
        do {
            try await store.writeAndWait(batch)
        } catch {
            logger.debug("what was judged waits to be written: \(error)", ["group": group])
        }
    }
}
