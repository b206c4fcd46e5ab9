import CCurl
import Glibc
import Model

/// The sockets that libcurl wants watched, in an epoll, and the moment it wants to be asked again.
///
/// libcurl tells both through callbacks, and is told in turn which sockets are ready. `curl_multi_poll` needs none of this,
/// but looks at all transfers on each wake-up and asks the kernel about each socket once more.
final class SocketWatch {
    /// When libcurl wants to be asked again, on the monotonic clock in nanoseconds.
    private(set) var deadline: UInt64?
    let waker: LoopWaker
    private let epoll: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(UserError) {
        waker = try LoopWaker()
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw UserError("cannot make an epoll: \(systemError())") }
        events = .allocate(capacity: 256)
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(fd: waker.descriptor))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, waker.descriptor, &event) == 0 else {
            throw UserError("cannot watch an eventfd: \(systemError())")
        }
    }

    deinit {
        events.deallocate()
        close(epoll)
    }

    /// Watches a socket for what libcurl wants to do with it.
    func watch(_ socket: Int32, for what: Int32) {
        if what == CURL_POLL_REMOVE {
            // A socket that is closed already has left by itself.
            epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
            return
        }
        var event = epoll_event(events: 0, data: epoll_data(fd: socket))
        if what & CURL_POLL_IN != 0 { event.events |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { event.events |= EPOLLOUT.rawValue }
        if epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0, errno == EEXIST {
            epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event)
        }
    }

    /// Sets or clears the moment to be asked again.
    func setTimer(_ milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
    }

    /// Whether the moment has come; if so, it is forgotten: libcurl names the next one itself.
    func timerIsDue() -> Bool {
        guard let deadline, monotonicNanoseconds() >= deadline else { return false }
        self.deadline = nil
        return true
    }

    /// Waits for sockets, the waker or the timer, and calls `body` with each socket that is ready and curl's word for how.
    func wait(atMost milliseconds: Int, _ body: (Int32, Int32) -> Void) throws(UserError) {
        let ready = epoll_wait(epoll, events.baseAddress, Int32(events.count), timeout(atMost: milliseconds))
        guard ready >= 0 else {
            if errno == EINTR { return }
            throw UserError("cannot wait for sockets: \(systemError())")
        }
        for event in events.prefix(Int(ready)) {
            if event.data.fd == waker.descriptor {
                waker.clear()
                continue
            }
            var bits: Int32 = 0
            if event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { bits |= CURL_CSELECT_IN }
            if event.events & EPOLLOUT.rawValue != 0 { bits |= CURL_CSELECT_OUT }
            if event.events & EPOLLERR.rawValue != 0 { bits |= CURL_CSELECT_ERR }
            body(event.data.fd, bits)
        }
    }

    /// The wait in milliseconds, rounded up: asked too early libcurl finds nothing to do and does not name a new moment.
    private func timeout(atMost milliseconds: Int) -> Int32 {
        let wanted = Int32(clamping: max(0, milliseconds))
        guard let deadline else { return wanted }
        let now = monotonicNanoseconds()
        guard deadline > now else { return 0 }
        return min(wanted, Int32(clamping: (deadline - now + 999_999) / 1_000_000))
    }
}

/// libcurl's wish for a socket. The context is the `SocketWatch`.
func onSocketWish(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().watch(socket, for: what)
    return 0
}

/// libcurl's wish for a timer. The context is the `SocketWatch`.
func onTimerWish(_ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
    return 0
}

/// The last error of the C library in words.
func systemError(_ code: Int32 = errno) -> String {
    String(cString: strerror(code)).lowercased()
}
