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

    /// The value of `ALERTS_FOR_STATE`: whole seconds.
    var since: Double { Double(floorDivide(activeAt, by: 1000)) }
}

extension AlertingRule {
    /// `ALERTS{…,alertstate="firing"}`
    func series(of alert: AlertInstance) -> Labels {
        labelsInSeries(of: alert).setting(Labels.metricName, AlertInstance.metric)
            .setting(AlertInstance.stateLabel, alert.state.rawValue)
    }

    /// `ALERTS_FOR_STATE{…}`
    func sinceSeries(of alert: AlertInstance) -> Labels {
        labelsInSeries(of: alert).setting(Labels.metricName, AlertInstance.sinceMetric)
    }

    /// The alert's labels. As in Prometheus, one of which the template comes to nothing has the template itself here.
    private func labelsInSeries(of alert: AlertInstance) -> Labels {
        var all = alert.labels
        for label in labels where !label.template.isPlain && all[label.name] == nil { all.set(label.name, label.text) }
        return all
    }
}
