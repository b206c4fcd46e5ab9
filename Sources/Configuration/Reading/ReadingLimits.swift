/// Bounds on what is read, so that no document can exhaust the process.
public struct ReadingLimits: Sendable {
    /// Bytes of a document.
    public var bytes: Int
    /// Lists and maps inside each other.
    public var depth: Int
    /// Nodes of a document when every alias is written out.
    public var nodes: Int

    /// Bounds on a document.
    public init(bytes: Int, depth: Int, nodes: Int) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }

    /// For a configuration file.
    public static let configuration = ReadingLimits(bytes: 16 << 20, depth: 64, nodes: 500_000)

    /// For a list of discovered targets.
    public static let discovery = ReadingLimits(bytes: 64 << 20, depth: 16, nodes: 5_000_000)
}
