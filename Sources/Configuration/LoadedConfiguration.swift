import Model

/// A configuration that was read whole and found usable.
public struct LoadedConfiguration<Value: Sendable>: Sendable {
    /// The sections, combined by whoever loaded them.
    public let value: Value
    /// What the user should know, sorted by place.
    public let warnings: [UserError]
    /// The text as it may be shown: YAML with every secret as `<secret>`.
    public let rendered: String
}

/// Reads a configuration file. `decode` combines the sections from the top-level fields; it may note problems and must not
/// finish the fields. All problems come together.
public func loadConfiguration<Value: Sendable>(
    file path: String, environment: [String: String], files: FileAccess = .system,
    lookingAtNamedFiles: Bool = false, decode: (Fields) -> Value
) throws(ConfigurationError) -> LoadedConfiguration<Value> {
    let bytes: [UInt8]
    do {
        bytes = try files.read(path, ReadingLimits.configuration.bytes)
    } catch {
        throw ConfigurationError(problems: [error])
    }
    let context = DecodingContext(
        environment: environment, folder: folderOf(path), files: files, lookingAtNamedFiles: lookingAtNamedFiles)
    return try loadConfiguration(bytes, file: path, in: context, decode: decode)
}

/// Reads a configuration from memory, with a context made for it.
public func loadConfiguration<Value: Sendable>(
    _ bytes: [UInt8], file: String? = nil, in context: DecodingContext, decode: (Fields) -> Value
) throws(ConfigurationError) -> LoadedConfiguration<Value> {
    let root: Node
    do {
        root = try readDocument(bytes, file: file)
    } catch {
        throw ConfigurationError(problems: [error])
    }
    let fields = Fields(root, in: context)
    let value = decode(fields)
    fields.finish(notYet: prometheusSections)
    guard context.errors.isEmpty else { throw ConfigurationError(problems: sortedByPlace(context.errors)) }
    let secrets = context.secretPlaces
    return LoadedConfiguration(
        value: value, warnings: sortedByPlace(context.warnings),
        rendered: render(root) { secrets.contains($0.place) })
}

/// Prometheus's own top-level sections: one that no room reads is a warning rather than an error.
private let prometheusSections = [
    "alerting", "otlp", "remote_read", "remote_write", "rule_files", "runtime", "scrape_config_files", "scrape_configs",
    "tracing",
]
