import Configuration
import Glibc
import Model
import PromQL
import Threads

/// Where the settings of a watch come from: the environment, and a file.
struct WatchConfiguration: Sendable {
    /// Where a file is looked for when none is named: the places of Metric Reader's own.
    private static let folders = ["", "/etc/metric-reader/"]

    /// The file; nil when there is none.
    let path: String?
    private let environment: [String: String]

    /// The file that is named, or the first one that is there.
    init(file named: String?, environment: [String: String]) {
        path = named ?? Self.folders.map { $0 + "config.yaml" }.first { access($0, F_OK) == 0 }
        self.environment = environment
    }

    /// A file of the older program's that lies where one is looked for, and cannot be read here.
    var leftBehind: String? {
        path == nil ? Self.folders.map { $0 + "config.toml" }.first { access($0, F_OK) == 0 } : nil
    }

    /// Reads the settings; throws all that is wrong.
    func load() async throws -> WatchSettings {
        // Expressions stand in each other as deeply as their reader lets them.
        let result = try await onThread(name: "settings", stackSize: QueryEngine.stackSize) {
            Result { () throws(ConfigurationError) in try read() }
        }
        return try result.get()
    }

    private func read() throws(ConfigurationError) -> WatchSettings {
        var document: Node?
        var folder = ""
        if let path {
            do throws(UserError) {
                document = try readDocument(
                    readFile(path, limit: ReadingLimits.configuration.bytes), file: path)
            } catch {
                throw ConfigurationError(problems: [error])
            }
            folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        }
        let context = DecodingContext(environment: environment, folder: folder, files: .system)
        let input = WatchInput(environment: environment, document: document, file: path, in: context)
        if let settings = WatchSettings(input) { return settings }
        var problems = input.errors
        if let leftBehind {
            problems.append(
                UserError("cannot use \(leftBehind): only YAML is read: write it as config.yaml, with the same keys"))
        }
        throw ConfigurationError(problems: problems)
    }
}
