import HTTPClient
import Instruments
import Logging
import Model
import Store
import Synchronization
import Threads

/// Scrapes what discovery finds, on a thread of its own.
public final class ScrapeEngine: Sendable {
    /// What the thread is told.
    enum Order: Sendable {
        case targets(TargetSet)
        /// Jobs that are not among these are gone.
        case keepOnly(Set<String>)
        /// Something within the process is scraped from now on.
        case local(ScrapeTarget, LocalCollector)
        /// A source within the process has answered.
        case collected(UInt64, [UInt8])
        case flush(Mailbox<Bool>)
    }

    private let mailbox = Mailbox<Order>()
    private let waker: LoopWaker
    private let thread = Mutex<Thread?>(nil)
    private let store: Store
    /// The jobs with targets that relabelling drops: their lists go with them.
    private let jobsWithDropped = Mutex<Set<String>>([])

    /// Starts the thread.
    public init(store: Store, clock: any WallClock = SystemClock(), registry: Registry, logger: Logger) throws {
        self.store = store
        var options = TransferLoopOptions()
        options.userAgent = "Vedette"
        let transfers = try TransferLoop(options: options)
        waker = transfers.waker
        let loop = ScrapeLoop(
            transfers: transfers, store: store, clock: clock, logger: logger, instruments: ScrapeInstruments(registry))
        let handover = Handover(loop)
        let mailbox = mailbox
        try thread.withLock { $0 = try Thread(name: "scraper") { handover.take()?.run(mailbox) } }
    }

    /// Scrapes something within the process, like any other target.
    public func add(_ target: ScrapeTarget, _ source: sending any LocalSource) throws(UserError) {
        let mailbox = mailbox
        let waker = waker
        let hash = target.hash
        let collector = try LocalCollector(source) { bytes in
            mailbox.post(.collected(hash, bytes))
            waker.wake()
        }
        post(.local(target, collector))
    }

    /// Ends the jobs that a new configuration does not have. What is within the process is no job of it, and stays.
    public func keepOnly(jobs: Set<String>) async {
        post(.keepOnly(jobs))
        let gone = jobsWithDropped.withLock { known in
            defer { known.formIntersection(jobs) }
            return known.subtracting(jobs)
        }
        for job in gone { await replaceDropped(of: job, []) }
    }

    /// Hands to the store what has been scraped so far.
    public func flush() {
        let done = Mailbox<Bool>()
        guard post(.flush(done)) else { return }
        while done.takeAll(waitingAtMost: 1000)?.isEmpty == true {}
    }

    /// Ends scraping; what was scraped is in the store's hands then.
    public func stop() {
        mailbox.close()
        waker.wake()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    /// Tells the thread something; false when it has been stopped.
    @discardableResult
    private func post(_ order: Order) -> Bool {
        let isPosted = mailbox.post(order)
        waker.wake()
        return isPosted
    }

    fileprivate func replaceDropped(of job: String, _ dropped: [TargetDescription]) async {
        do {
            try await store.replaceDropped(job: job, dropped)
        } catch {
            // The list is there to be looked at; the writer has said already that it cannot write.
        }
    }
}

extension ScrapeEngine: DiscoverySink {
    /// Scrapes the targets of a job from now on, and remembers the ones that relabelling drops.
    public func targetsChanged(_ set: TargetSet) async {
        post(.targets(set))
        let job = set.job.config.jobName
        let dropped = set.dropped.map { target in
            TargetDescription(
                job: job, instance: "", url: "", labels: .none, discovered: target.discoveredLabels,
                intervalMilliseconds: 0, timeoutMilliseconds: 0)
        }
        let hadSome = jobsWithDropped.withLock { known in
            dropped.isEmpty ? known.remove(job) != nil : !known.insert(job).inserted
        }
        if hadSome || !dropped.isEmpty { await replaceDropped(of: job, dropped) }
    }
}
