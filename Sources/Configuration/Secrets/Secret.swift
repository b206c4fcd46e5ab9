import Model

/// A password or token that never shows itself: not in a log, not in a dump, not in the configuration that is served.
public struct Secret: Sendable, Hashable {
    private enum Source: Hashable {
        case written(String)
        case file(String)
    }

    private let source: Source

    /// A secret that was written into the configuration or came from the environment.
    public init(_ text: String) { source = .written(text) }

    /// A secret that stands in a file.
    public init(file path: String) { source = .file(path) }

    /// The secret itself. A file is read anew each time, because secrets are rotated; space around it is taken away.
    public func reveal() throws(UserError) -> String {
        switch source {
        case .written(let text): return text
        case .file(let path):
            let bytes = try readFile(path, limit: 1 << 20)
            let blank: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]
            guard let first = bytes.firstIndex(where: { !blank.contains($0) }),
                let last = bytes.lastIndex(where: { !blank.contains($0) })
            else { return "" }
            return String(decoding: bytes[first...last], as: UTF8.self)
        }
    }

    /// The file that the secret stands in, if it does.
    public var file: String? {
        if case .file(let path) = source { path } else { nil }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `<secret>`
    public var description: String { "<secret>" }
    /// `<secret>`
    public var debugDescription: String { "<secret>" }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Fields {
    /// A secret under `key`, or in the file named under `key_file`; both together are an error.
    public func secret(_ key: String) -> Secret? {
        let fileKey = "\(key)_file"
        let path = path(fileKey)
        guard let node = node(key) else { return path.map { Secret(file: $0) } }
        context.markSecret(at: node.place)
        if path != nil { context.fail("at most one of `\(key)` and `\(fileKey)` may be given", at: place(of: fileKey)) }
        return context.string(node).map { Secret($0) }
    }
}
