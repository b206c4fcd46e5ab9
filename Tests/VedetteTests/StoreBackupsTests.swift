import Foundation
import HTTPAPI
import Model
import Synchronization
import Testing

@testable import Vedette

/// A backup needs the room of a second store for as long as it is made: one at a time.
@Suite struct StoreBackupsTests {
    private struct NoRoom: Error {}

    @Test func oneIsMadeAtATime() async throws {
        let began = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        let calls = Atomic<Int>(0)
        let path = NSTemporaryDirectory() + "vedette-" + UUID().uuidString
        let backups = StoreBackups(path: path) { copy in
            let call = calls.add(1, ordering: .relaxed).newValue
            if call == 1 {
                began.signal()
                mayEnd.wait()
            }
            if call == 3 { throw NoRoom() }
            try Data("copy".utf8).write(to: URL(fileURLWithPath: copy))
        }
        let first = Task.detached { try await backups.makeBackup() }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                began.wait()
                continuation.resume()
            }
        }
        let refusal = await #expect(throws: HTTPError.self) { _ = try await backups.makeBackup() }
        #expect(refusal?.status == .serviceUnavailable)
        #expect(calls.load(ordering: .relaxed) == 1)
        mayEnd.signal()
        #expect(try await first.value.length == 4)
        // The next one has its turn, and the one after one that failed.
        #expect(try await backups.makeBackup().length == 4)
        await #expect(throws: NoRoom.self) { _ = try await backups.makeBackup() }
        #expect(try await backups.makeBackup().length == 4)
    }
}
