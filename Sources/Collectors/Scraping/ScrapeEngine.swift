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
        case local(ScrapeTarget, HandedOver)
        case flush(Mailbox<Bool>)
    }

    /// Hands a source over to the scraping thread.
    final class HandedOver: @unchecked Sendable {
        // Sendable: it is filled by one thread, posted, and emptied by the one that takes the order.
        private var source: (any LocalSource)?

        init(_ source: sending any LocalSource) { self.source = source }

        func take() -> (any LocalSource)? {
            defer { source = nil }
            return source
        }
    }

    private let mailbox = Mailbox<Order>()
    private let waker: LoopWaker
    private let thread = Mutex<Thread?>(nil)
    private let store: Store

    /// Starts the thread.
    public init(store: Store, clock: any WallClock = SystemClock(), registry: Registry, logger: Logger) throws {
        self.store = store
        var options = TransferLoopOptions()
        options.userAgent = "Vedette"
        let transfers = try TransferLoop(options: options)
        waker = transfers.waker
        let loop = ScrapeLoop(
            transfers: transfers, store: store, clock: clock, logger: logger, instruments: ScrapeInstruments(registry))
        let box = LoopBox(loop)
        let mailbox = mailbox
        try thread.withLock { $0 = try Thread(name: "scraper") { box.loop.run(mailbox) } }
    }

    /// Scrapes something within the process, like any other target.
    public func add(_ target: ScrapeTarget, _ source: sending any LocalSource) {
        post(.local(target, HandedOver(source)))
    }

    /// Ends the jobs that a new configuration does not have.
    public func keepOnly(jobs: Set<String>) { post(.keepOnly(jobs)) }

    /// Hands to the store what has been scraped so far.
    public func flush() {
        let done = Mailbox<Bool>()
        post(.flush(done))
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

    private func post(_ order: Order) {
        mailbox.post(order)
        waker.wake()
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
        do {
            try await store.replaceDropped(job: job, dropped)
        } catch {
            // The list is there to be looked at; the writer has said already that it cannot write.
        }
    }
}

/// Carries the loop to its thread.
private final class LoopBox: @unchecked Sendable {
    // Sendable: the loop is made before the thread starts, and used by that thread alone.
    let loop: ScrapeLoop
    init(_ loop: ScrapeLoop) { self.loop = loop }
}
