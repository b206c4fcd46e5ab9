import Model

/// The top-level keys that belong to no single room.
public struct CommonSections: Sendable, Hashable {
    /// `global`
    public var global: GlobalSection
    /// `listen`
    public var listen: ListenAddress?
    /// `external_url`: where the appliance is reached from outside, without a slash at the end.
    public var externalURL: String?
    /// `tls`: plain HTTP without it.
    public var tls: TLSServerSection?
    /// `auth`
    public var auth: AuthSection
    /// `storage`
    public var storage: StorageSection
    /// `query`
    public var query: QuerySection
    /// `enable_lifecycle`: whether `/-/reload` and `/-/quit` do anything.
    public var enableLifecycle: Bool
    /// `remote_write_receiver`: whether others may write samples to `/api/v1/write`.
    public var remoteWriteReceiver: Bool

    /// Reads the keys from the top level of a configuration.
    public init(_ root: Fields) {
        global = root.section("global") ?? GlobalSection()
        listen = root.section("listen")
        externalURL = readExternalURL(root)
        tls = root.section("tls")
        auth = root.section("auth") ?? AuthSection()
        storage = root.section("storage") ?? StorageSection()
        query = root.section("query") ?? QuerySection()
        enableLifecycle = root.bool("enable_lifecycle") ?? false
        remoteWriteReceiver = root.bool("remote_write_receiver") ?? false
    }
}

private func readExternalURL(_ root: Fields) -> String? {
    guard var url = root.string("external_url"), !url.isEmpty else { return nil }
    if !url.hasPrefix("http://"), !url.hasPrefix("https://") {
        root.context.fail("an external URL begins with http:// or https://", at: root.place(of: "external_url"))
    }
    while url.hasSuffix("/") { url.removeLast() }
    return url
}
