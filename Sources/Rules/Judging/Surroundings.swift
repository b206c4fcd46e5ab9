import Instruments
import Logging
import Model
import Store
import Threads

/// What judging needs of the rest of the house.
struct Surroundings: Sendable {
    /// The file.
    let store: Store
    /// The present.
    let clock: any WallClock
    /// Which run of the machine this is.
    let boot: String
    let logger: Logger
    let instruments: JudgingInstruments
    /// The threads that evaluate.
    let threads: RestingThreads
    /// Whose turn it is to act.
    let turn: @Sendable () -> Turn
    /// Why something with these labels is not reported at a time; nil when it is.
    let muting: @Sendable (Labels, Int64) -> String?
    let numbers: ActionNumbers
    let ends: ActionEnds
    let outbox: Outbox
    /// Where the appliance is reached from outside.
    let externalURL: @Sendable () -> String
    /// Whether anybody is told of alerts.
    let hasRoutes: @Sendable () -> Bool
    let board: AlertBoard
    /// Is told the states of a group after each evaluation; nil when nobody wants to know.
    let watch: (@Sendable ([ThresholdStatus]) -> Void)?

    /// The clocks as they stand.
    func clocks() -> ClockReading { ClockReading(wall: clock.now(), steady: clock.steady(), boot: boot) }
}

/// The figures of judging.
struct JudgingInstruments: Sendable {
    let evaluations: Counter
    let failures: Counter
    let missed: Counter
    let seconds: Histogram

    init(_ registry: Registry) {
        evaluations = registry.counter("vedette_rule_evaluations_total", "Rules and thresholds that were evaluated.")
        failures = registry.counter(
            "vedette_rule_evaluation_failures_total", "Rules and thresholds whose query could not be answered.")
        missed = registry.counter(
            "vedette_rule_group_iterations_missed_total",
            "Evaluations of groups that were left out because the one before took too long.")
        seconds = registry.histogram(
            "vedette_rule_group_seconds", "How long evaluations of groups took, from their beginning to their commit.",
            buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30])
    }
}
