import Configuration
import Model
import Requests
import Synchronization
import Testing
import Threads

@testable import Actions

/// Secrets in files of a file system that hangs.
@Suite("Reading secrets") struct SecretReaderTests {
    private func end(_ reader: SecretReader, within milliseconds: Int64) async -> AttemptOutcome? {
        do throws(AttemptEnded) {
            _ = try await reader.read(within: milliseconds)
            return nil
        } catch {
            return error.outcome
        }
    }

    @Test("costs an attempt its time, and all of them together one thread") func hanging() async throws {
        let gate = Mailbox<Int>()
        let begun = Mutex(0)
        let reader = SecretReader([Secret(file: "/nfs/secret")]) { (_) throws(UserError) in
            begun.withLock { $0 += 1 }
            _ = gate.takeAll(waitingAtMost: 10_000)
            return .hidden
        }
        let late = AttemptOutcome(.timedOut, error: "timed out: a file with a secret was not read in time")
        let start = monotonicNanoseconds()
        #expect(await end(reader, within: 30) == late)
        #expect(await end(reader, within: 30) == late)
        #expect(monotonicNanoseconds() - start < 1_000_000_000)
        #expect(begun.withLock { $0 } == 1)
        let cancelled = Task { await end(reader, within: 60_000) }
        cancelled.cancel()
        #expect(await cancelled.value?.verdict == .cancelled)
        // Once it has come back everything is as before.
        gate.close()
        #expect(await end(reader, within: 5000) == nil)
        #expect(begun.withLock { $0 } == 2)
    }

    @Test("needs no thread where none stands in a file") func written() async throws {
        let secret = Secret("s")
        let reader = SecretReader([secret]) { (_) throws(UserError) in throw UserError("not to be read") }
        #expect(try await reader.read()[secret] == "s")
        #expect(try await reader.read(within: 0)[secret] == "s")
    }
}
