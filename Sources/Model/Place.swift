/// Where in a text something stands.
public struct Place: Sendable, Hashable {
    /// The file, or nil for text that did not come from one.
    public var file: String?
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1.
    public var column: Int

    /// A place in a text.
    public init(file: String? = nil, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension Place: CustomStringConvertible {
    /// `file:line:column`, or `line L, column C` where there is no file.
    public var description: String {
        file.map { "\($0):\(line):\(column)" } ?? "line \(line), column \(column)"
    }
}

/// An error that a user can act on: what could not be done, why, and where.
public struct UserError: Error, Sendable, Hashable {
    /// One line: "cannot …: reason".
    public var message: String
    /// Where the reason stands, when it stands in a text.
    public var place: Place?

    /// An error with its place.
    public init(_ message: String, at place: Place? = nil) {
        self.message = message
        self.place = place
    }
}

extension UserError: CustomStringConvertible {
    /// The message, behind the place when there is one.
    public var description: String {
        place.map { "\($0): \(message)" } ?? message
    }
}
