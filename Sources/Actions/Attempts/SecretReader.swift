import Configuration
import Model
import Requests
import Threads

/// Reads an action's secrets before each attempt, because they are rotated; on a thread of its own, because files may hang.
struct SecretReader: Sendable {
    typealias Reading = @Sendable ([Secret]) throws(UserError) -> RevealedSecrets

    private let secrets: [Secret]
    private let reading: Reading
    private let lane = BlockingLane()

    /// A reader of these, which may hang while it reads.
    init(
        _ secrets: [Secret],
        reading: @escaping Reading = { (secrets) throws(UserError) in try RevealedSecrets(secrets) }
    ) {
        self.secrets = secrets
        self.reading = reading
    }

    /// The secrets as they are now. Returns soon when the task is cancelled.
    func read() async throws(UserError) -> RevealedSecrets {
        guard secrets.contains(where: { $0.file != nil }) else { return try RevealedSecrets(secrets) }
        let (secrets, reading) = (secrets, reading)
        return try await lane.runInTurn {
            Result { () throws(UserError) in try reading(secrets) }
        }.get()
    }

    /// The same for an attempt that has only so much time.
    func read(within milliseconds: Int64) async throws(AttemptEnded) -> RevealedSecrets {
        guard secrets.contains(where: { $0.file != nil }) else {
            do { return try RevealedSecrets(secrets) } catch { throw AttemptEnded(error) }
        }
        let read = await inTime(milliseconds) { () -> Result<RevealedSecrets, UserError> in
            do throws(UserError) {
                return .success(try await self.read())
            } catch {
                return .failure(error)
            }
        }
        switch read {
        case .success(let secrets): return secrets
        case _ where Task.isCancelled: throw AttemptEnded(.cancelled, nil, "it was cancelled")
        case .failure(let error): throw AttemptEnded(error)
        case nil: throw AttemptEnded(.timedOut, nil, "timed out: a file with a secret was not read in time")
        }
    }
}
