import Glibc
import Model
import Threads

/// Runs a program and waits for its end, for no longer than so many milliseconds: then, or when the task is cancelled, it and all that
/// it started are asked to stop (SIGTERM), and killed when the order's grace is over. Throws when it cannot be run.
///
/// Each has a thread of its own, which does nothing but wait: no process can keep another one waiting.
func run(_ order: ProcessOrder, within milliseconds: Int64) async throws(UserError) -> ProcessEnd {
    if Task.isCancelled { return ProcessEnd(manner: .cancelled, output: "", report: []) }
    let bell = try Bell()
    let outcome = await withTaskCancellationHandler {
        await withCheckedContinuation { (continuation: CheckedContinuation<Result<ProcessEnd, UserError>, Never>) in
            do throws(UserError) {
                try startThread(name: "action-process", stackSize: 256 * 1024) {
                    do throws(UserError) {
                        var watch = ProcessWatch(try StartedProcess(order), order, within: milliseconds, until: bell)
                        watch.run { continuation.resume(returning: .success($0)) }
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    } onCancel: {
        bell.ring()
    }
    return try outcome.get()
}

/// Watches one process until it has ended.
private struct ProcessWatch: ~Copyable {
    private enum Phase {
        /// It may run until its time is over.
        case running
        /// It was asked to stop.
        case stopping
        /// It was killed; only the kernel can keep it now.
        case killed
    }

    /// How much is read after the end from pipes that others still hold and write to.
    private static let mostLeftover = 1 << 20
    /// How long a process that was killed is waited for, in milliseconds: one that hangs in the kernel may take for
    /// ever, and another user's cannot be killed.
    private static let patience: Int64 = 1000

    private let process: StartedProcess
    private let order: ProcessOrder
    private let bell: Bell
    private var phase = Phase.running
    /// Why it was stopped.
    private var reason: ProcessEnd.Manner?
    /// When the phase is over.
    private var deadline: UInt64
    private var hasEnded = false
    private var output = Tail(limit: AttemptOutcome.longestOutput)
    private var report = Tail(limit: 64 << 10)
    private var outputIsOpen = true
    private var reportIsOpen: Bool
    private var block = [UInt8](repeating: 0, count: 64 << 10)

    init(_ process: consuming StartedProcess, _ order: ProcessOrder, within milliseconds: Int64, until bell: Bell) {
        reportIsOpen = process.report >= 0
        self.process = process
        self.order = order
        self.bell = bell
        deadline = moment(in: milliseconds)
    }

    /// Waits for the end and tells it, at the latest when nothing more can be done about it. Comes back when it is over.
    mutating func run(_ tell: (ProcessEnd) -> Void) {
        while !isOver() {
            wait()
            if !isOver(), monotonicNanoseconds() >= deadline { goOn(because: .timedOut) }
        }
        if phase != .running || order.endsAlone { process.send(SIGKILL) }
        drain()
        if !hasEnded {
            // The thread stays, so that nothing is left behind; who waits for the outcome need not.
            tell(end(reason ?? .unknown))
            _ = process.reap()
            return
        }
        let manner = process.reap()
        tell(end(reason ?? manner))
    }

    private func isOver() -> Bool {
        switch phase {
        case .running: hasEnded
        // What it started may still be cleaning up: somebody is there as long as a pipe is open.
        case .stopping: hasEnded && !outputIsOpen && !reportIsOpen
        case .killed: hasEnded || monotonicNanoseconds() >= deadline
        }
    }

    /// The next phase.
    private mutating func goOn(because manner: ProcessEnd.Manner) {
        switch phase {
        case .running:
            reason = manner
            process.send(SIGTERM)
            phase = .stopping
            deadline = moment(in: order.grace)
        case .stopping:
            process.send(SIGKILL)
            phase = .killed
            deadline = moment(in: Self.patience)
        case .killed: break
        }
    }

    /// Waits until there is something to read, it has ended, it is not wanted any more, or the phase is over.
    private mutating func wait() {
        // poll(2) leaves out what is negative.
        var waiting = [
            pollfd(fd: outputIsOpen ? process.output : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reportIsOpen ? process.report : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: hasEnded ? -1 : process.ending, events: Int16(POLLIN), revents: 0),
            pollfd(fd: phase == .running ? bell.descriptor : -1, events: Int16(POLLIN), revents: 0),
        ]
        let now = monotonicNanoseconds()
        let rest = deadline > now ? (deadline - now) / 1_000_000 + 1 : 0
        guard poll(&waiting, nfds_t(waiting.count), Int32(clamping: rest)) > 0 else { return }
        if waiting[0].revents != 0 { outputIsOpen = isOpen(output.read(process.output, through: &block)) }
        if waiting[1].revents != 0 { reportIsOpen = isOpen(report.read(process.report, through: &block)) }
        if waiting[2].revents != 0 { hasEnded = true }
        if waiting[3].revents != 0, !hasEnded { goOn(because: .cancelled) }
    }

    private func isOpen(_ reading: Tail.Reading) -> Bool {
        if case .end = reading { false } else { true }
    }

    /// Reads what is left in the pipes. Who has ended cannot add to it, but others may: a bounded amount.
    private mutating func drain() {
        if outputIsOpen { output.drain(process.output, atMost: Self.mostLeftover, through: &block) }
        if reportIsOpen { report.drain(process.report, atMost: Self.mostLeftover, through: &block) }
    }

    private func end(_ manner: ProcessEnd.Manner) -> ProcessEnd {
        ProcessEnd(
            manner: manner, output: tailText(output.bytes, limit: AttemptOutcome.longestOutput), report: report.bytes,
            stillRuns: !hasEnded)
    }
}

/// A moment on the clock that only ever grows, from now on; what is too far away is never.
private func moment(in milliseconds: Int64) -> UInt64 {
    let (nanoseconds, tooLong) = UInt64(max(0, milliseconds)).multipliedReportingOverflow(by: 1_000_000)
    let (moment, overflow) = monotonicNanoseconds().addingReportingOverflow(nanoseconds)
    return tooLong || overflow ? .max : moment
}
