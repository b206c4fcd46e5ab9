import Configuration
import Model

/// `rule_files`: the rule files that the configuration names.
public struct RuleFilesSection: Sendable {
    /// The files, each once, in the order in which they are named; those of one pattern by their paths.
    public var files: [RuleFile] = []

    /// No files.
    public init() {}

    /// Reads the files from the top level of a configuration. Their problems are problems of the configuration.
    public init(_ root: Fields, global: GlobalSection) {
        let context = root.context
        var seen: Set<[UInt8]> = []
        for pattern in root.list("rule_files", { $0 }) {
            guard let text = context.string(pattern), !text.isEmpty else { continue }
            for path in paths(text, at: pattern.place, in: context) where seen.insert(Array(path.utf8)).inserted {
                include(path, from: pattern.place, in: context, names: global.nameScheme)
            }
        }
    }

    /// The paths that a pattern names. One that is no pattern names a file that has to be there.
    private func paths(_ text: String, at place: Place, in context: DecodingContext) -> [String] {
        let path = context.path(text)
        guard text.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return [path] }
        let paths = context.files.glob(path)
        if paths.isEmpty { context.warn("no file fits `\(text)`", at: place) }
        return paths
    }

    private mutating func include(_ path: String, from place: Place, in context: DecodingContext, names: NameScheme) {
        do {
            let bytes = try context.files.read(path, ReadingLimits.configuration.bytes)
            let reading = RuleFile.read(bytes, path: path, names: names)
            for error in reading.errors { context.fail(error, at: place) }
            for warning in reading.warnings { context.warn(warning.message, at: warning.place ?? place) }
            files.append(reading.file)
        } catch {
            context.fail(error, at: place)
        }
    }
}
