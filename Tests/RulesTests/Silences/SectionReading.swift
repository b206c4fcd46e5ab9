import Configuration
import Model
import Testing

/// Reads a section of a configuration, and returns what came of it with all problems, errors first.
func readSection<Value: Sendable>(
    _ text: String, environment: [String: String] = [:], files: FileAccess = .none, _ decode: (Fields) -> Value
) -> (value: Value?, problems: [String]) {
    let context = DecodingContext(environment: environment, folder: "/etc/vedette", files: files)
    do {
        let loaded = try loadConfiguration(Array(text.utf8), in: context, decode: decode)
        return (loaded.value, loaded.warnings.map { "warning \($0)" })
    } catch {
        return (nil, error.problems.map(\.description))
    }
}

/// A time, as it is written.
func time(_ text: String) throws -> Int64 { try #require(PreciseTime(text)).milliseconds }
