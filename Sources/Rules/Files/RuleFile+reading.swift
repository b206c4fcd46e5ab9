import Configuration
import Model

/// What there is in a rule file, and what is wrong with it.
public struct RuleFileReading: Sendable {
    /// The groups and rules in which nothing is wrong.
    public var file: RuleFile
    /// What makes the file unusable, by place.
    public var errors: [UserError]
    /// What the user should know, by place.
    public var warnings: [UserError]
}

extension RuleFile {
    /// Reads a rule file; all problems come together. `names` says which names labels and metrics may have.
    public static func read(_ bytes: [UInt8], path: String, names: NameScheme = .utf8) -> RuleFileReading {
        var reading = RuleFileReading(file: RuleFile(path: path, groups: []), errors: [], warnings: [])
        do {
            let root = try readDocument(bytes, file: path)
            // No environment: a dollar belongs to templates and expressions.
            let context = DecodingContext()
            reading.file = RuleFileReader(path: path, names: names, context: context).file(root)
            warnOfDuplicates(reading.file, in: context)
            reading.errors = sortedByPlace(context.errors)
            reading.warnings = sortedByPlace(context.warnings)
        } catch {
            reading.errors = [error]
        }
        return reading
    }

    /// Notes rules that have the name and labels of an earlier one: what they write gets mixed up.
    private static func warnOfDuplicates(_ file: RuleFile, in context: DecodingContext) {
        var first: [[Label]: Place] = [:]
        for rule in file.groups.flatMap(\.rules) {
            let key = [Label("", rule.name)] + rule.labels
            if let place = first[key] {
                context.warn("`\(rule.name)` with the same labels stands on line \(place.line) already", at: rule.place)
            } else {
                first[key] = rule.place
            }
        }
    }
}
