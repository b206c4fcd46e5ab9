import Model
import Synchronization

/// A client that is made when somebody first asks for it: most who could need one never do, and a client is a thread.
public final class HTTPClientOnDemand: Sendable {
    private let made: Mutex<HTTPClient?>

    /// None yet, or one that is there already.
    public init(_ client: HTTPClient? = nil) {
        made = Mutex(client)
    }

    /// The client, the same for everybody. Throws when it cannot be made.
    public func client() throws(UserError) -> HTTPClient {
        try made.withLock { made throws(UserError) in
            if let made { return made }
            let client = try HTTPClient()
            made = client
            return client
        }
    }
}
