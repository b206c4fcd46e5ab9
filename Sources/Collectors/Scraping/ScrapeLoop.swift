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

    private let transfers: TransferLoop
    private let store: Store
    private let clock: any WallClock
    private let logger: Logger
    private let instruments: ScrapeInstruments
    private let key = ColumnCache.Key.random()
    private let metadata = MetadataMemory()
    private var targets: [String: [UInt64: ScrapedTarget]] = [:]
    private var due = DueQueue<ScrapedTarget>()
    private var batch = WriteBatch()
    private var batchBegan: Int64?
    private var clockOffset: Int64

    init(transfers: TransferLoop, store: Store, clock: any WallClock, logger: Logger, instruments: ScrapeInstruments) {
        self.transfers = transfers
        self.store = store
        self.clock = clock
        self.logger = logger
        self.instruments = instruments
        clockOffset = clock.now() - Int64(monotonicNanoseconds() / 1_000_000)
    }

    /// Scrapes until the mailbox is closed.
    func run(_ mailbox: Mailbox<ScrapeEngine.Order>) {
        while let orders = mailbox.takeAll(waitingAtMost: 0) {
            for order in orders { obey(order) }
            followClock()
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
        transfers.cancelAll()
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
        return Int(clamping: max(0, until - now))
    }

    // MARK: Orders

    private func obey(_ order: ScrapeEngine.Order) {
        switch order {
        case .targets(let set): replace(set)
        case .keepOnly(let jobs): for job in targets.keys where !jobs.contains(job) { replace(job: job, with: []) }
        case .local(let target, let source):
            if let source = source.take() { add(target, .local(source), url: "") }
        case .flush(let done):
            sendBatch(ifOlderThan: 0)
            done.post(true)
        }
        instruments.targets.set(targets.values.reduce(0) { $0 + $1.count })
        transfers.keptConnections = max(64, 2 * targets.values.reduce(0) { $0 + $1.count })
    }

    private func replace(_ set: TargetSet) {
        if let failure = set.failure {
            logger.warn("cannot scrape a job: \(failure)", ["job": set.job.config.jobName])
        }
        replace(job: set.job.config.jobName, with: set.failure == nil ? set.targets : [])
    }

    /// Targets that are known stay as they are, unless their job's configuration has changed.
    private func replace(job: String, with wanted: [ScrapeTarget]) {
        var before = targets[job] ?? [:]
        targets[job] = [:]
        for target in wanted {
            if let known = before[target.hash], known.target.isSame(as: target) {
                targets[job]?[target.hash] = known
                before[target.hash] = nil
            }
        }
        // Who goes gives its series free before who comes may ask for them.
        for gone in before.values { end(gone, isReplaced: wanted.contains { $0.hash == gone.target.hash }) }
        for target in wanted where targets[job]?[target.hash] == nil {
            add(target, .http(TargetRequest(target)), url: target.url)
        }
        if wanted.isEmpty { targets[job] = nil }
    }

    private func add(_ target: ScrapeTarget, _ source: ScrapedTarget.Source, url: String) {
        let number = store.begin(TargetDescription(target, url: url), in: batch)
        let intake = SampleIntake(
            labelling: SeriesLabelling(target: target.labels, config: target.job.config),
            appender: store.appender(target: number), key: key, metadata: metadata, instruments: instruments)
        let scraped = ScrapedTarget(target, number: number, source: source, intake: intake)
        targets[target.job.config.jobName, default: [:]][target.hash] = scraped
        due.add(scraped, due: scraped.schedule.next(after: clock.now()))
        batchBegan = batchBegan ?? clock.now()
    }

    private func end(_ target: ScrapedTarget, isReplaced: Bool) {
        target.isGone = true
        if let running = target.running { transfers.cancel(running.transfer) }
        // With another configuration it goes on in a moment: its series have not ended.
        if isReplaced { return }
        target.intake.end(at: clock.now(), to: batch)
        store.end(target: target.number, in: batch)
        batchBegan = batchBegan ?? clock.now()
    }

    // MARK: Time

    /// When the machine's clock has been set, what is due is reckoned anew: no storm of scrapes, and no silence.
    private func followClock() {
        let offset = clock.now() - Int64(monotonicNanoseconds() / 1_000_000)
        if abs(offset - clockOffset) > Self.clockStepMilliseconds {
            logger.warn("the clock was set", ["milliseconds": String(offset - clockOffset)])
            for target in due.removeAll() where !target.isGone {
                due.add(target, due: target.schedule.next(after: clock.now()))
            }
        }
        clockOffset = offset
    }

    private func startDue() {
        let now = clock.now()
        while let (time, target) = due.take(dueBy: now) {
            if target.isGone { continue }
            due.add(target, due: target.schedule.next(after: max(now, time)))
            instruments.lateness.observe(seconds: Double(now - time) / 1000)
            if target.running != nil {
                instruments.skipped.increment()
                continue
            }
            start(target, at: target.schedule.timestamp(due: time, began: now))
        }
    }

    // MARK: Scraping

    private func start(_ target: ScrapedTarget, at timestamp: Int64) {
        let began = monotonicNanoseconds()
        switch target.source {
        case .local(var source):
            var writer = ExpositionWriter(format: .text)
            source.collect(into: &writer)
            writer.finish()
            target.source = .local(source)
            PaddedBytes.lend(writer.bytes) { body in
                store(
                    target,
                    target.intake.take(
                        body, .text, at: timestamp, now: clock.now(), seconds: seconds(since: began), to: batch),
                    at: timestamp, since: began)
            }
        case .http(var request):
            do {
                let prepared = try request.current()
                target.source = .http(request)
                let transfer = transfers.start(prepared) { [unowned self] result in finish(target, result) }
                target.running = (transfer, timestamp, began)
            } catch {
                fail(target, String(describing: error), at: timestamp, since: began)
            }
        }
    }

    private func finish(_ target: ScrapedTarget, _ result: borrowing HTTPTransferResult) {
        guard let running = target.running else { return }
        target.running = nil
        if target.isGone { return }
        let timestamp = running.timestamp
        var cut = false
        if let failure = result.failure {
            // Over the size limit what came is kept up to its last whole line, unless the job wants it otherwise; but not
            // of an answer that does not even say where it will end.
            cut =
                failure.code == .tooLarge && target.target.job.config.limits.action == .dropExcess
                && result.headers["content-length"] != nil
            if !cut { return fail(target, failure.message, at: timestamp, since: running.began) }
        } else if result.status != 200 {
            return fail(target, "the server answered with status \(result.status)", at: timestamp, since: running.began)
        }
        guard let start = result.body.baseAddress else {
            return store(
                target,
                target.intake.takeNothing(
                    at: timestamp, now: clock.now(), seconds: seconds(since: running.began), to: batch), at: timestamp,
                since: running.began)
        }
        let format = target.format(of: result.headers["content-type"])
        let body = PaddedBytes(start: start, count: result.body.count)
        var outcome: IntakeOutcome
        if cut {
            outcome = PaddedBytes.lend(body.wholeLines(for: format)) { lines in
                target.intake.take(
                    lines, format, at: timestamp, now: clock.now(), seconds: seconds(since: running.began), to: batch)
            }
            instruments.dropped.with("body_size_limit").increment()
            outcome.note = "body_size_limit exceeded: what came behind \(body.count) bytes was left out"
        } else {
            outcome = target.intake.take(
                body, format, at: timestamp, now: clock.now(), seconds: seconds(since: running.began), to: batch)
        }
        store(target, outcome, at: timestamp, since: running.began)
    }

    private func fail(_ target: ScrapedTarget, _ reason: String, at timestamp: Int64, since began: UInt64) {
        store(
            target, target.intake.fail(reason, at: timestamp, seconds: seconds(since: began), to: batch), at: timestamp,
            since: began)
    }

    private func store(_ target: ScrapedTarget, _ outcome: IntakeOutcome, at timestamp: Int64, since began: UInt64) {
        (outcome.failure == nil ? instruments.succeeded : instruments.failed).increment()
        if let news = target.news(outcome) {
            logger.debug(
                outcome.failure == nil ? "scrape incomplete: \(news)" : "scrape failed: \(news)",
                ["job": target.target.job.config.jobName, "url": target.target.url])
        }
        batch.note(
            ScrapeOutcome(
                timestamp: timestamp, up: outcome.failure == nil, durationSeconds: seconds(since: began),
                samples: outcome.kept, error: outcome.failure ?? outcome.note), target: target.number)
        batchBegan = batchBegan ?? clock.now()
        if batch.byteCount > Self.batchBytes { sendBatch(ifOlderThan: 0) }
    }

    private func seconds(since began: UInt64) -> Double { Double(monotonicNanoseconds() - began) / 1e9 }

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

extension ScrapeTarget {
    /// Whether nothing about a target has changed that scraping goes by.
    fileprivate func isSame(as other: ScrapeTarget) -> Bool {
        url == other.url && labels == other.labels && interval == other.interval && timeout == other.timeout
            && (job === other.job || job.config == other.job.config)
    }
}

extension ScrapedTarget {
    /// The form of an answer by its type; by the job's fallback when it has none.
    fileprivate func format(of contentType: String?) -> ExpositionFormat {
        if let contentType, !contentType.isEmpty { return .ofResponse(contentType: contentType) }
        switch target.job.config.fallbackProtocol {
        case .openMetricsText0, .openMetricsText1: return .openMetrics
        default: return .text
        }
    }
}

extension PaddedBytes {
    /// The bytes up to the end of the last whole line, ended as the form wants it.
    fileprivate func wholeLines(for format: ExpositionFormat) -> [UInt8] {
        let bytes = self[0..<count]
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return Array(bytes[...end]) + (format == .openMetrics ? Array("# EOF\n".utf8) : [])
    }
}
