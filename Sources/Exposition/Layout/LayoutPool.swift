/// Holds layouts that several targets have in common once.
///
/// The pool itself keeps what it has seen lately; it forgets all of it from time to time, so that a layout which nobody has
/// any more does not stay. What targets still share goes on being shared.
public final class LayoutPool {
    private static let most = 64

    private var layouts: [Int: (skeleton: [UInt8], gaps: [UInt32])] = [:]

    /// An empty pool.
    public init() {}

    /// The same parts, as another layout holds them already if there is one.
    func common(_ skeleton: [UInt8], _ gaps: [UInt32]) -> ([UInt8], [UInt32]) {
        var hasher = Hasher()
        skeleton.withUnsafeBytes { hasher.combine(bytes: $0) }
        let key = hasher.finalize()
        if let known = layouts[key], known.skeleton == skeleton, known.gaps == gaps { return known }
        if layouts.count >= Self.most { layouts.removeAll() }
        layouts[key] = (skeleton, gaps)
        return (skeleton, gaps)
    }
}
