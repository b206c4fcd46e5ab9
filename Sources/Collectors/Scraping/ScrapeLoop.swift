import Exposition
import HTTPClient
import Logging
import Model
import Store
import Threads

/// The scraping thread from inside: it owns the transfers, the targets, and the batch that is being filled.
final class ScrapeLoop {
    /// How long a sample waits in the batch before the writer gets it.
    private static let batchMilliseconds: Int64 = 300
    private static let batchBytes = 1 << 20
    /// A step of the machine's clock that makes the schedule begin anew.
    private static let clockStepMilliseconds: Int64 = 1000

    let transfers: TransferLoop
    private let store: Store
    let clock: any WallClock
    let logger: Logger
    let instruments: ScrapeInstruments
    private let key = ColumnCache.Key.random()
    private let layouts = LayoutPool()
    private let scratch = TokenScratch()
    /// The targets of jobs, by job and hash.
    private var targets: [String: [UInt64: ScrapedTarget]] = [:]
    /// What is within the process, by hash. A job of the configuration may have the same name.
    private var local: [UInt64: ScrapedTarget] = [:]
    private var due = DueQueue<ScrapedTarget>()
    private(set) var batch = WriteBatch()
    private var batchBegan: Int64?
    private var clockOffset: Int64

    init(transfers: TransferLoop, store: Store, clock: any WallClock, logger: Logger, instruments: ScrapeInstruments) {
        self.transfers = transfers
        self.store = store
        self.clock = clock
        self.logger = logger
        self.instruments = instruments
        clockOffset = clock.now() - clock.steady()
        // At once: what is said of jobs' dropped targets does not wait for a batch.
        let beginning = WriteBatch()
        store.endAllTargets(in: beginning)
        store.write(beginning)
    }

    /// Scrapes until the mailbox is closed.
    func run(_ mailbox: Mailbox<ScrapeEngine.Order>) {
        while let orders = mailbox.takeAll(waitingAtMost: 0) {
            for order in orders { obey(order) }
            followClock()
            endOverdue()
            startDue()
            sendBatch(ifOlderThan: Self.batchMilliseconds)
            do throws(UserError) {
                try transfers.turn(waitingAtMost: patience())
            } catch {
                // It is out of memory or descriptors: try again, but not in a tight loop.
                logger.error("cannot scrape: \(error)")
                _ = mailbox.takeAll(waitingAtMost: 0)
                pause()
            }
        }
        // Transfers that are still under way end with the loop: their completions are not called any more.
        sendBatch(ifOlderThan: 0)
    }

    private func pause() {
        let waiting = Mailbox<Int>()
        _ = waiting.takeAll(waitingAtMost: 100)
    }

    /// How long there is nothing to do.
    private func patience() -> Int {
        let now = clock.now()
        var until = now + 60_000
        if let next = due.nextDue { until = min(until, next) }
        if let batchBegan { until = min(until, batchBegan + Self.batchMilliseconds) }
        for target in local.values {
            guard case .collector(let end)? = target.running?.answer else { continue }
            until = min(until, now + max(0, end - clock.steady()))
        }
        return Int(clamping: max(0, until - now))
    }

    // MARK: Orders

    private func obey(_ order: ScrapeEngine.Order) {
        switch order {
        case .targets(let set): replace(set)
        case .keepOnly(let jobs):
            for job in targets.keys where !jobs.contains(job) { replace(job: job, with: [], refusal: nil) }
        case .local(let target, let collector):
            guard local[target.hash] == nil else { return }
            local[target.hash] = add(target, .local(collector), continuing: nil)
        case .collected(let hash, let bytes):
            if let target = local[hash] { collected(target, bytes) }
            return
        case .flush(let done):
            sendBatch(ifOlderThan: 0)
            done.post(true)
            return
        }
        let count = targets.values.reduce(local.count) { $0 + $1.count }
        instruments.targets.set(count)
        transfers.keptConnections = max(64, 2 * count)
    }

    private func replace(_ set: TargetSet) {
        let job = set.job.config.jobName
        if let failure = set.failure, failure != targets[job]?.values.first?.refusal {
            logger.warn("cannot scrape a job: \(failure)", ["job": job])
        }
        replace(job: job, with: set.targets, refusal: set.failure)
    }

    /// Targets that are known stay as they are, unless what they are scraped by has changed.
    private func replace(job: String, with wanted: [ScrapeTarget], refusal: String?) {
        var before = targets[job] ?? [:]
        var now: [UInt64: ScrapedTarget] = [:]
        var changed: [(target: ScrapeTarget, known: ScrapedTarget)] = []
        var new: [ScrapeTarget] = []
        var comparison = JobComparison()
        for target in wanted {
            guard let known = before.removeValue(forKey: target.hash) else {
                new.append(target)
                continue
            }
            if known.target.isScrapedLike(target, &comparison) {
                now[target.hash] = known
            } else {
                changed.append((target, known))
            }
        }
        // Who goes gives its series free before who comes may ask for them.
        for gone in before.values { end(gone) }
        for (target, known) in changed {
            leave(known)
            now[target.hash] = add(target, .http(TargetRequest(target)), continuing: known.intake)
        }
        for target in new { now[target.hash] = add(target, .http(TargetRequest(target)), continuing: nil) }
        for target in now.values { target.refusal = refusal }
        targets[job] = now.isEmpty ? nil : now
        if !before.isEmpty || !changed.isEmpty { due.remove { $0.isGone } }
        // The last rows of those that went are on their way before anybody may take their series over.
        if !before.isEmpty { sendBatch(ifOlderThan: 0) }
    }

    private func add(
        _ target: ScrapeTarget, _ source: ScrapedTarget.Source, continuing before: SampleIntake?
    ) -> ScrapedTarget {
        let number = store.begin(TargetDescription(target, url: target.url), in: batch)
        let labelling = SeriesLabelling(target: target.labels, config: target.job.config)
        let intake =
            if let before {
                SampleIntake(labelling, continuing: before)
            } else {
                SampleIntake(
                    labelling: labelling, appender: store.appender(target: number), key: key, metadata: store.metadata,
                    layouts: layouts, instruments: instruments, scratch: scratch)
            }
        let scraped = ScrapedTarget(target, number: number, source: source, intake: intake)
        let now = clock.now()
        let next = scraped.schedule.next(after: now)
        // A pod may not live for an interval: it is scraped as soon as it is known.
        let isPod = before == nil && !target.job.config.kubernetesDiscovery.isEmpty
        due.add(scraped, due: isPod ? min(next, ScrapeSchedule.soon(after: now, hash: target.hash)) : next)
        batchBegan = batchBegan ?? now
        return scraped
    }

    private func leave(_ target: ScrapedTarget) {
        target.isGone = true
        if case .transfer(let transfer)? = target.running?.answer { transfers.cancel(transfer) }
    }

    private func end(_ target: ScrapedTarget) {
        leave(target)
        target.intake.end(at: clock.now(), to: batch)
        store.end(target: target.number, in: batch)
        batchBegan = batchBegan ?? clock.now()
    }

    // MARK: Time

    /// When the machine's clock has been set, what is due is reckoned anew: no storm of scrapes, and no silence.
    private func followClock() {
        let offset = clock.now() - clock.steady()
        if abs(offset - clockOffset) > Self.clockStepMilliseconds {
            logger.warn("the clock was set", ["milliseconds": String(offset - clockOffset)])
            for target in due.removeAll() {
                due.add(target, due: target.schedule.next(after: clock.now()))
            }
        }
        clockOffset = offset
    }

    /// Transfers end in time by themselves; sources within the process cannot be made to.
    private func endOverdue() {
        let now = clock.steady()
        for target in local.values {
            if case .collector(let end)? = target.running?.answer, end <= now { giveUp(target) }
        }
    }

    private func startDue() {
        let now = clock.now()
        while let (time, target) = due.take(dueBy: now) {
            due.add(target, due: target.schedule.next(after: max(now, time)))
            instruments.lateness.observe(seconds: Double(now - time) / 1000)
            if target.running != nil {
                instruments.skipped.increment()
                continue
            }
            start(target, at: target.schedule.timestamp(due: time, began: now))
        }
    }

    // MARK: The batch

    /// Notes that something is in the batch.
    func batchHasGrown() {
        batchBegan = batchBegan ?? clock.now()
        if batch.byteCount > Self.batchBytes { sendBatch(ifOlderThan: 0) }
    }

    private func sendBatch(ifOlderThan milliseconds: Int64) {
        guard let began = batchBegan else { return }
        // A clock that went back must not keep it here.
        let age = clock.now() - began
        guard age >= milliseconds || age < 0 else { return }
        batchBegan = nil
        if batch.isEmpty { return }
        store.write(batch)
        batch = WriteBatch()
    }
}

/// Compares the configurations of jobs, of which there are far fewer than targets.
private struct JobComparison {
    private var known: [ObjectIdentifier: (job: ScrapeJob, config: ScrapeConfig)] = [:]

    mutating func areScrapedAlike(_ a: ScrapeJob, _ b: ScrapeJob) -> Bool {
        a === b || config(a) == config(b)
    }

    /// Where targets come from is no matter of how they are scraped.
    private mutating func config(_ job: ScrapeJob) -> ScrapeConfig {
        if let entry = known[ObjectIdentifier(job)] { return entry.config }
        var config = job.config
        (config.staticGroups, config.fileDiscovery, config.httpDiscovery, config.relabelRules) = ([], [], [], [])
        (config.limits.targets, config.limits.keepDroppedTargets) = (0, 0)
        known[ObjectIdentifier(job)] = (job, config)
        return config
    }
}

extension ScrapeTarget {
    /// Whether nothing about a target has changed that scraping goes by.
    fileprivate func isScrapedLike(_ other: ScrapeTarget, _ comparison: inout JobComparison) -> Bool {
        url == other.url && labels == other.labels
            && interval == other.interval && timeout == other.timeout && comparison.areScrapedAlike(job, other.job)
    }
}
