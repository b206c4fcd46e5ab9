import Exposition
import HTTPClient
import Model
import Store

// One scrape, from its start to what the store is told of it.

extension ScrapeLoop {
    /// Begins a scrape.
    func start(_ target: ScrapedTarget, at timestamp: Int64) {
        let began = monotonicNanoseconds()
        if let refusal = target.refusal { return fail(target, refusal, at: timestamp, since: began) }
        switch target.source {
        case .local(let collector):
            // Its thread may hang for ever, and a second one would hang beside it.
            if target.isCollecting {
                return fail(
                    target, "cannot collect: an earlier question has not been answered yet", at: timestamp, since: began
                )
            }
            target.isCollecting = true
            target.running = ScrapedTarget.Running(
                answer: .collector(until: clock.steady() + target.target.timeout), timestamp: timestamp, began: began)
            collector.ask()
        case .http(var request):
            do {
                let prepared = try request.current()
                target.source = .http(request)
                // The transfers are the loop's own and call nobody once it goes; so it is there whenever they do.
                let transfer = transfers.start(prepared) { [unowned self] result in finish(target, result) }
                target.running = ScrapedTarget.Running(
                    answer: .transfer(transfer), timestamp: timestamp, began: began)
            } catch {
                fail(target, String(describing: error), at: timestamp, since: began)
            }
        }
    }

    /// Takes the answer of a source within the process, unless it comes too late.
    func collected(_ target: ScrapedTarget, _ bytes: [UInt8]) {
        target.isCollecting = false
        guard let running = target.running else { return }
        target.running = nil
        PaddedBytes.lend(bytes) { body in
            take(target, body, .text, running)
        }
    }

    /// Ends a scrape whose source within the process has used up its time.
    func giveUp(_ target: ScrapedTarget) {
        guard let running = target.running else { return }
        target.running = nil
        let reason = "cannot collect: no answer within \(formatDuration(target.target.timeout))"
        fail(target, reason, at: running.timestamp, since: running.began)
    }

    private func finish(_ target: ScrapedTarget, _ result: borrowing HTTPTransferResult) {
        guard let running = target.running else { return }
        target.running = nil
        if target.isGone { return }
        // Over the size limit what came is kept up to its last whole line, unless the job wants it otherwise. Most answers do
        // not say beforehand how long they are; one without an end has ended here.
        let isCut = result.failure?.code == .tooLarge && target.target.job.config.limits.action == .dropExcess
        if let failure = result.failure, !isCut {
            return fail(target, failure.message, at: running.timestamp, since: running.began)
        }
        if result.status != 200 {
            let reason = "the server answered with status \(result.status)"
            return fail(target, reason, at: running.timestamp, since: running.began)
        }
        let format = target.format(of: result.headers["content-type"])
        guard let start = result.body.baseAddress else {
            let outcome = target.intake.takeNothing(
                format, at: running.timestamp, now: clock.now(), seconds: seconds(since: running.began), to: batch)
            return store(target, outcome, at: running.timestamp, since: running.began)
        }
        let body = PaddedBytes(start: start, count: result.body.count)
        if isCut {
            instruments.leftOut([.bodySizeLimit: 1])
            body.lendWholeLines(for: format) { lines in
                let note = "body_size_limit exceeded: what came behind \(body.count) bytes was left out"
                take(target, lines, format, running, note: note)
            }
        } else {
            take(target, body, format, running)
        }
    }

    private func take(
        _ target: ScrapedTarget, _ body: PaddedBytes, _ format: ExpositionFormat, _ running: ScrapedTarget.Running,
        note: String? = nil
    ) {
        var outcome = target.intake.take(
            body, format, at: running.timestamp, now: clock.now(), seconds: seconds(since: running.began), to: batch)
        if let note { outcome.note = outcome.note.isEmpty ? note : "\(note); \(outcome.note)" }
        store(target, outcome, at: running.timestamp, since: running.began)
    }

    private func fail(_ target: ScrapedTarget, _ reason: String, at timestamp: Int64, since began: UInt64) {
        store(
            target, target.intake.fail(reason, at: timestamp, seconds: seconds(since: began), to: batch), at: timestamp,
            since: began)
    }

    /// A line when a target goes down or comes back; what changes in between is for finding faults.
    private func log(_ target: ScrapedTarget, _ outcome: IntakeOutcome) {
        let job = target.target.job.config.jobName
        let url = target.target.url
        let news = target.news(outcome)
        if target.turns(up: outcome.failure == nil) {
            if let failure = outcome.failure {
                logger.warn("target is down: \(failure)", ["job": job, "url": url])
            } else {
                logger.info("target is up again", ["job": job, "url": url])
            }
        } else if let news {
            logger.debug(
                "scrape \(outcome.failure == nil ? "incomplete" : "failed"): \(news)", ["job": job, "url": url])
        }
    }

    private func store(_ target: ScrapedTarget, _ outcome: IntakeOutcome, at timestamp: Int64, since began: UInt64) {
        (outcome.failure == nil ? instruments.succeeded : instruments.failed).increment()
        log(target, outcome)
        batch.note(
            ScrapeOutcome(
                timestamp: timestamp, up: outcome.failure == nil, durationSeconds: seconds(since: began),
                samples: outcome.kept, error: outcome.failure ?? outcome.note), target: target.number)
        batchHasGrown()
    }

    private func seconds(since began: UInt64) -> Double { Double(monotonicNanoseconds() - began) / 1e9 }
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
    /// Lends the bytes up to the end of the last whole line, ended as the form wants it. They may be many: they are copied once.
    fileprivate func lendWholeLines(for format: ExpositionFormat, _ body: (PaddedBytes) -> Void) {
        let end = self[0..<count].lastIndex(of: UInt8(ascii: "\n")) ?? -1
        let lines = self[0..<end + 1]
        if format == .openMetrics, end >= 0 {
            PaddedBytes.lend(Array(lines) + Array("# EOF\n".utf8), body)
        } else {
            PaddedBytes.lend(lines, body)
        }
    }
}
