/// What `vedette watch` can be told, by Metric Reader's names: variables of the environment, and the same in lower case in a file.
enum WatchKey: String, CaseIterable, Sendable {
    case metricName = "METRIC_NAME"
    case labelFilters = "LABEL_FILTERS"
    case threshold = "THRESHOLD"
    case thresholdDuration = "THRESHOLD_DURATION"
    case backoffDelay = "BACKOFF_DELAY"
    case actionPlugin = "ACTION_PLUGIN"
    case thresholdOperator = "THRESHOLD_OPERATOR"
    case softThreshold = "SOFT_THRESHOLD"
    case softPlugin = "SOFT_PLUGIN"
    case softDuration = "SOFT_DURATION"
    case softBackoffDelay = "SOFT_BACKOFF_DELAY"
    case hardThreshold = "HARD_THRESHOLD"
    case hardPlugin = "HARD_PLUGIN"
    case hardDuration = "HARD_DURATION"
    case hardBackoffDelay = "HARD_BACKOFF_DELAY"
    case missingValueBehavior = "MISSING_VALUE_BEHAVIOR"
    case pollingInterval = "POLLING_INTERVAL"
    case prometheusEndpoint = "PROMETHEUS_ENDPOINT"
    case pluginDir = "PLUGIN_DIR"
    case fileActionDir = "FILE_ACTION_DIR"
    case fileActionSize = "FILE_ACTION_SIZE"
    case logLevel = "LOG_LEVEL"
    case leaderElectionEnabled = "LEADER_ELECTION_ENABLED"
    case leaderElectionLockName = "LEADER_ELECTION_LOCK_NAME"
    case leaderElectionLockNamespace = "LEADER_ELECTION_LOCK_NAMESPACE"
    /// Ours: a lease in a file that all instances see.
    case leaderElectionLockFile = "LEADER_ELECTION_LOCK_FILE"

    /// The key in a file.
    var fileKey: String { rawValue.lowercased() }

    /// Where it may stand in a file besides, as Metric Reader's own file has it: a section, and the key in it.
    var nested: (section: [String], key: String)? {
        switch self {
        case .softThreshold, .softPlugin, .softDuration, .softBackoffDelay:
            (["soft"], String(fileKey.dropFirst("soft_".count)))
        case .hardThreshold, .hardPlugin, .hardDuration, .hardBackoffDelay:
            (["hard"], String(fileKey.dropFirst("hard_".count)))
        case .fileActionDir, .fileActionSize:
            (["plugins", "file_action"], String(fileKey.dropFirst("file_action_".count)))
        default: nil
        }
    }
}

/// The keys of one level of the newer form.
struct WatchLevelKeys: Sendable {
    let threshold: WatchKey
    let plugin: WatchKey
    let duration: WatchKey
    let backoffDelay: WatchKey

    static let soft = WatchLevelKeys(
        threshold: .softThreshold, plugin: .softPlugin, duration: .softDuration, backoffDelay: .softBackoffDelay)
    static let hard = WatchLevelKeys(
        threshold: .hardThreshold, plugin: .hardPlugin, duration: .hardDuration, backoffDelay: .hardBackoffDelay)

    /// What means nothing without a threshold.
    var rest: [WatchKey] { [plugin, duration, backoffDelay] }
}
