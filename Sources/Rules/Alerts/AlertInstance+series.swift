import Model

// What queries see of alerts.
extension AlertInstance {
    /// The metric that says which alerts there are.
    public static let metric = "ALERTS"
    /// The metric that says since when they are there.
    public static let sinceMetric = "ALERTS_FOR_STATE"
    /// The label with the alert's name.
    public static let nameLabel = "alertname"
    /// The label with the alert's state.
    public static let stateLabel = "alertstate"

    /// `ALERTS{…,alertstate="firing"}`
    var series: Labels {
        labels.setting(Labels.metricName, Self.metric).setting(Self.stateLabel, state.rawValue)
    }

    /// `ALERTS_FOR_STATE{…}`
    var sinceSeries: Labels { labels.setting(Labels.metricName, Self.sinceMetric) }

    /// The value of `ALERTS_FOR_STATE`: whole seconds.
    var since: Double { Double(floorDivide(activeAt, by: 1000)) }
}
