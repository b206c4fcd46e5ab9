import Instruments

extension Registry {
    /// Adds whose turn it is to act, and the states of thresholds, to the appliance's figures: they are asked for when somebody
    /// wants to see them.
    func addJudging(leadership: any Leadership, counts: @escaping @Sendable () -> [ThresholdCounts]) {
        gauge("vedette_leader", "Whether it is this instance's turn to act.") { leadership.status.isLeader ? 1 : 0 }
        gauge("vedette_leader_epoch", "The number of the turn to act that is known last.") {
            Double(leadership.status.epoch)
        }
        gauges("vedette_threshold_series", "Series of all thresholds by their state.", by: ["state"]) {
            counts().together
        }
        gauges("vedette_threshold_state", "Series of a threshold by their state.", by: ["threshold", "state"]) {
            counts().oneByOne
        }
    }
}
