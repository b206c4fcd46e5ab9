/// A queue between threads: any thread posts, one thread takes all there is.
public final class Mailbox<Letter: Sendable>: @unchecked Sendable {
    // Sendable: everything below `monitor` is touched only while it is locked.
    private let monitor = Monitor()
    private var letters: [Letter] = []
    private var closed = false

    /// An empty box.
    public init() {}

    /// Adds a letter; false when the box has been closed.
    @discardableResult
    public func post(_ letter: Letter) -> Bool {
        monitor.locked {
            if closed { return false }
            letters.append(letter)
            monitor.wakeAll()
            return true
        }
    }

    /// Nothing more is accepted; what is in the box can still be taken.
    public func close() {
        monitor.locked {
            closed = true
            monitor.wakeAll()
        }
    }

    /// Whether nothing more is accepted.
    public var isClosed: Bool { monitor.locked { closed } }

    /// Everything that is in the box, waiting for it for some time; nil when the box is closed and empty.
    public func takeAll(waitingAtMost milliseconds: Int) -> [Letter]? {
        monitor.locked {
            if milliseconds > 0 { monitor.wait(atMost: milliseconds) { letters.isEmpty && !closed } }
            if letters.isEmpty && closed { return nil }
            let taken = letters
            letters = []
            return taken
        }
    }
}
