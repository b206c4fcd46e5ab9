import Model

// Files that a configuration names and that are opened when they are needed: secrets, certificates, keys.

extension Fields {
    /// The path of a file, ready to be opened; nil when none is named.
    public func path(_ key: String) -> String? {
        guard let node = node(key), let text = context.string(node), !text.isEmpty else { return nil }
        let path = context.path(text)
        context.lookAtFile(path, at: node.place)
        return path
    }

    /// The path of a file that must be named.
    public func requiredPath(_ key: String) -> String? {
        if let path = path(key) { return path }
        // What is missing or no text is reported there.
        _ = required(key)
        return nil
    }
}

extension DecodingContext {
    /// The largest file of this kind: bundles of certificates have some hundred kilobytes.
    private static let largestFile = 16 << 20

    /// Notes when a file cannot be read, where files are looked at.
    fileprivate func lookAtFile(_ path: String, at place: Place) {
        guard looksAtNamedFiles else { return }
        do {
            _ = try files.read(path, Self.largestFile)
        } catch {
            fail(error, at: place)
        }
    }
}
