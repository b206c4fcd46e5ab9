// Suffixes of names are compared as bytes.

extension String.UTF8View {
    /// Whether the bytes end with others.
    func hasSuffix(_ suffix: String.UTF8View) -> Bool {
        reversed().starts(with: suffix.reversed())
    }
}

/// A name without its last bytes, which are `suffix`.
func droppingSuffix(_ suffix: String, of name: String) -> String {
    String(decoding: name.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
}
