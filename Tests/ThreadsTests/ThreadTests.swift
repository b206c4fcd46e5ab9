import Foundation
import Synchronization
import Testing
import Threads

@Suite("Threads")
struct ThreadTests {
    @Test("leave the process's signals to others, and keep their own faults")
    func signals() throws {
        let before = blockedSignals()
        let seen = Mutex<Set<Int32>>([])
        let thread = try Thread(name: "under-test") { seen.withLock { $0 = blockedSignals() } }
        thread.join()
        let blocked = seen.withLock { $0 }
        #expect(blocked.isSuperset(of: [SIGTERM, SIGINT, SIGHUP, SIGCHLD]))
        #expect(blocked.isDisjoint(with: [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT]))
        #expect(blockedSignals() == before)
    }

    @Test("have a name, cut to what the kernel keeps")
    func names() throws {
        let name = Mutex("")
        let thread = try Thread(name: "a-name-that-is-too-long") {
            let comm = FileManager.default.contents(atPath: "/proc/thread-self/comm") ?? Data()
            name.withLock { $0 = String(decoding: comm, as: UTF8.self) }
        }
        thread.join()
        #expect(name.withLock { $0 } == "a-name-that-is-\n")
    }
}

/// The signals that the calling thread does not get.
private func blockedSignals() -> Set<Int32> {
    var mask = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &mask)
    return Set((1...31).filter { sigismember(&mask, $0) == 1 })
}
