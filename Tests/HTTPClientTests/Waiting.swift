import Glibc
import Synchronization

/// A gate that stays open once it was opened.
final class Gate: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var descriptors: [Int32] = [0, 0]
        pipe(&descriptors)
        ends = (descriptors[0], descriptors[1])
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    /// Lets everyone through, now and later.
    func open() {
        _ = write(ends.write, "x", 1)
    }

    /// Waits until it is open, but no longer than this. True when it is open.
    @discardableResult
    func wait(milliseconds: Int32 = 10_000) -> Bool {
        var wish = pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)
        return poll(&wish, 1, milliseconds) == 1
    }
}

/// A number that threads share.
final class Counter: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .relaxed) }

    func add(_ more: Int) {
        number.add(more, ordering: .relaxed)
    }
}
