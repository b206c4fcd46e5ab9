import Glibc
import Model
import Testing
import Threads

@Suite("Threads that rest")
struct RestingThreadsTests {
    private let threads = RestingThreads(name: "test", stackSize: 256 << 10)

    @Test("do work that comes one by one, and give its answer or its error")
    func answers() async throws {
        for number in 0..<200 { #expect(try await threads.perform { number * 2 } == number * 2) }
        await #expect(throws: UserError("no")) { try await threads.perform { throw UserError("no") } }
        #expect(try await threads.perform { 1 } == 1)
    }

    @Test("are used again")
    func again() async throws {
        var seen: Set<String> = []
        for _ in 0..<200 {
            seen.insert(try await threads.perform { presentThread() })
        }
        // Who asks at once may come before the thread rests.
        #expect(seen.count < 100, "\(seen.count) threads for 200 pieces of work")
    }

    @Test("work beside each other")
    func beside() async throws {
        let mailboxes = (0..<8).map { _ in Mailbox<Int>() }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for mailbox in mailboxes {
                // Each waits for what comes only when all are at work.
                group.addTask { [threads] in
                    try await threads.perform { mailbox.takeAll(waitingAtMost: 60_000)?.first ?? -1 }
                }
            }
            for (number, mailbox) in mailboxes.enumerated() { mailbox.post(number) }
            var answers: Set<Int> = []
            for try await answer in group { answers.insert(answer) }
            #expect(answers == Set(0..<8))
        }
        // More than may rest have finished: those that go do not take work along.
        for number in 0..<50 { #expect(try await threads.perform { number } == number) }
    }
}

/// A text that only the present thread has.
private func presentThread() -> String {
    var path = [CChar](repeating: 0, count: 64)
    let length = readlink("/proc/thread-self", &path, path.count)
    return String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
