import Model
import Store

/// A maintenance window that somebody made by request: once, with a beginning and an end. What tells it from a silence is that it
/// has a name, and that without matchers it mutes everything.
public struct RequestedWindow: Sendable, Hashable {
    /// What it is known by.
    public let id: String
    /// The window.
    public private(set) var window: MaintenanceWindow
    /// From when on, in Unix milliseconds.
    public private(set) var from: Int64
    /// Until when; at that time it is over.
    public private(set) var to: Int64
    /// When it was made.
    public let createdAt: Int64
    /// When it was last changed.
    public private(set) var updatedAt: Int64

    /// A window; throws when it can be none.
    init(
        id: String, name: String, matchers: MatcherSet, author: String, comment: String, from: Int64, to: Int64,
        createdAt: Int64, updatedAt: Int64
    ) throws(UserError) {
        if name.isEmpty { throw UserError("cannot make maintenance window: it has no name") }
        if to < from { throw UserError("cannot make maintenance window: it ends before it begins") }
        for time in [from, to] where !writableTimes.contains(time) {
            throw UserError("cannot make maintenance window: it begins or ends outside the years 0 to 9999")
        }
        self.id = id
        window = MaintenanceWindow(
            name: name, matchers: matchers, author: author, comment: comment, schedule: .once(from..<to, zone: nil))
        self.from = from
        self.to = to
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Lets it be over from a moment on, before its time.
    mutating func end(at now: Int64) {
        from = min(from, now)
        to = now
        updatedAt = now
        window = MaintenanceWindow(
            name: window.name, matchers: window.matchers, author: window.author, comment: window.comment,
            schedule: .once(from..<to, zone: nil))
    }
}

/// Why a window cannot be ended.
public enum WindowRefusal: Error, Sendable, Hashable {
    /// Nobody has made one of this name.
    case unknown(String)
}

extension WindowRefusal: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .unknown(let id): "cannot find maintenance window \(quoted(id)) among those made by request"
        }
    }
}
