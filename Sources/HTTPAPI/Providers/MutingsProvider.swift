/// Who keeps silences and maintenance windows. What they look like is theirs to say: they come and go as JSON objects. What is wrong
/// with a request is thrown as an `HTTPError`.
public protocol MutingsProvider: Sendable {
    /// The silences that have each of these matchers among theirs (`team="web"`), in the order in which they are shown.
    func silences(having matchers: [String], at now: Int64) throws -> [[UInt8]]

    /// The silence of a name; nil when there is none.
    func silence(_ id: String, at now: Int64) -> [UInt8]?

    /// Makes or changes a silence; returns its name when it is in the file.
    func placeSilence(_ json: [UInt8], at now: Int64) async throws -> String

    /// Ends a silence.
    func expireSilence(_ id: String, at now: Int64) async throws

    /// All maintenance windows: those of the configuration, and those made by request.
    func windows(at now: Int64) -> [[UInt8]]

    /// The window made by request that has this name; nil when there is none.
    func window(_ id: String, at now: Int64) -> [UInt8]?

    /// Makes a window; returns it when it is in the file.
    func openWindow(_ json: [UInt8], at now: Int64) async throws -> [UInt8]

    /// Ends a window that was made by request.
    func closeWindow(_ id: String, at now: Int64) async throws
}
