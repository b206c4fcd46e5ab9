import Logging
import Model

extension Option {
    fileprivate static let settings = Option(
        name: "--config", placeholder: "FILE",
        help: "settings in YAML (default: config.yaml, or /etc/metric-reader/config.yaml)")
    fileprivate static let history = Option(
        name: "--data", placeholder: "FILE", help: "the database with states and history (default: in memory)")
    fileprivate static let address = Option(
        name: "--listen", placeholder: "ADDR:PORT", help: "where to tell over HTTP what is going on (default: nowhere)")
    fileprivate static let level = Option(
        name: "--log-level", placeholder: "LEVEL", help: "debug, info, warn or error (default: LOG_LEVEL, or info)")
}

let watchCommand = Command(
    words: ["watch"],
    summary: "watch one metric of a Prometheus and act when it crosses a threshold, in Metric Reader's place",
    options: [.settings, .history, .address, .logFormat, .level], details: settingsHelp
) { invocation in
    let address = try invocation[.address].map { text throws(UsageError) in
        do throws(UserError) {
            return try ListenAddress(text)
        } catch {
            throw UsageError(message: "--listen: \(error.message)")
        }
    }
    let signals = try catchSignals()
    let environment = processEnvironment()
    let configuration = WatchConfiguration(file: invocation[.settings], environment: environment)
    let settings = try await configuration.load()
    var logger = try Logger(invocation)
    if invocation[.level] == nil { logger.level = settings.logLevel }
    settings.election.tell(logger, isInCluster: isInCluster(environment))
    let watch = try await Watch(
        settings, from: configuration, environment: environment, data: invocation[.history], logger: logger)
    try await watch.run(signals, listeningOn: address)
    return 0
}

/// The settings, for the help; docs/watch.md says more.
private let settingsHelp = """

    settings, in the environment, or in lower case in the file (the environment wins):
      METRIC_NAME, LABEL_FILTERS          the query; its first sample counts
      THRESHOLD                           an operator and a number, such as ">100"
      THRESHOLD_DURATION, BACKOFF_DELAY   how long it must hold, and the pause between actions (0s, 0s)
      ACTION_PLUGIN                       log_action, file_action, or a library in PLUGIN_DIR
      THRESHOLD_OPERATOR                  greater_than or less_than, for two levels in place of THRESHOLD:
      SOFT_THRESHOLD, SOFT_DURATION, SOFT_BACKOFF_DELAY, SOFT_PLUGIN
      HARD_THRESHOLD, HARD_DURATION, HARD_BACKOFF_DELAY, HARD_PLUGIN
      MISSING_VALUE_BEHAVIOR              zero, last_value or assume_breached (zero)
      POLLING_INTERVAL                    1s
      PROMETHEUS_ENDPOINT                 http://prometheus:9090
      PLUGIN_DIR                          where libraries are: NAME.so
      FILE_ACTION_DIR, FILE_ACTION_SIZE   /tmp/metric-files, 1048576 bytes
      LOG_LEVEL                           debug, info, warn or error (info)
      LEADER_ELECTION_ENABLED             whether only one of several instances acts (true)
      LEADER_ELECTION_LOCK_NAME, LEADER_ELECTION_LOCK_NAMESPACE
      LEADER_ELECTION_LOCK_FILE           a lease in a file that all instances share

    """
