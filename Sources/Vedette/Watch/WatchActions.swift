import Actions
import Configuration
import Glibc
import Model

/// The plugins that a configuration names, as actions. Two are built in, by the names that they have always had; every other one is
/// a library in the plugins' directory.
struct WatchActions: Sendable {
    /// The names of those that are built in. A library of such a name is not looked at: it is one of the older program's.
    static let builtIn = ["file_action", "log_action"]

    /// How long an attempt may take. The older program waits for ever; here a plugin that hangs costs its own attempt only, but
    /// making a large file on a slow volume takes its time.
    private static let timeout: Int64 = 600_000
    /// A plugin that failed is not left alone for long: the older program ran it again at once.
    private static let longestPause: Int64 = 30_000

    private let settings: WatchSettings
    private let tools: ActionTools
    private let environment: [String: String]

    init(_ settings: WatchSettings, environment: [String: String], using tools: ActionTools) {
        self.settings = settings
        self.environment = environment
        self.tools = tools
    }

    /// The actions by their names; throws everything that would keep one of them from being done.
    func checked() async throws(ConfigurationError) -> [String: ConfiguredAction] {
        var actions: [String: ConfiguredAction] = [:]
        var problems: [UserError] = []
        for level in settings.levels {
            guard let key = level.pluginKey, actions[level.plugin] == nil else { continue }
            do throws(UserError) {
                let (kind, action) = try action(named: level.plugin)
                var how = ActionSettings()
                how.timeout = Self.timeout
                how.longestPause = Self.longestPause
                actions[level.plugin] = ConfiguredAction(
                    name: level.plugin, settings: how, kind: kind, action: action,
                    place: Place(file: nil, line: 1, column: 1))
                try await action.check()
            } catch {
                let name = level.pluginPlace == nil ? key.rawValue : "`\(key.fileKey)`"
                problems.append(UserError("cannot use \(name): \(error.message)", at: level.pluginPlace))
            }
        }
        if let problem = await settings.leadershipSection(isInCluster: false).check() {
            problems.append(UserError("cannot use LEADER_ELECTION_LOCK_FILE: \(problem.message)"))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return actions
    }

    private func action(named name: String) throws(UserError) -> (kind: ActionKind, action: any Action) {
        switch name {
        case "file_action": return (.file, settings.fileAction)
        case "log_action": return (.log, LogAction(logger: tools.logger))
        default: return (.plugin, try library(named: name))
        }
    }

    private func library(named name: String) throws(UserError) -> PluginAction {
        let shown = quoted(String(name.prefix(100)))
        guard !name.contains("/"), !name.utf8.contains(0) else {
            throw UserError("\(shown) is no name of a plugin: that of a file in PLUGIN_DIR is expected, without .so")
        }
        var reason = "PLUGIN_DIR, where others would lie, is not set"
        if let directory = settings.pluginDirectory {
            let path = "\(directory)/\(name).so"
            if access(path, F_OK) == 0 {
                return PluginAction(
                    path: path, settings: Array("{}".utf8), host: tools.pluginHost, environment: environment)
            }
            reason = "cannot find \(path): \(String(cString: strerror(errno)))"
        }
        let known = hint(for: name, among: Self.builtIn)
        let words = known.isEmpty ? "; built in are \(Self.builtIn.joined(separator: " and "))" : known
        throw UserError("unknown plugin \(shown)\(words) (\(reason))")
    }
}
