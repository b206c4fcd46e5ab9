import Model
import Templates

extension ActionEvent {
    /// The variables that templates of an event have from their beginning, as those of alerts have them.
    public static let templateVariables = [
        TemplateVariable("labels", field: "CommonLabels"), TemplateVariable("externalURL", field: "ExternalURL"),
        TemplateVariable("value", field: "Value"),
    ]

    /// What templates may ask an event for.
    static let templateShape: TemplateShape = {
        guard case .record(var members) = TemplateShape.record(of: ActionEvent().templateValue) else { return .any }
        members["Alerts"] = .list(.record(of: ActionAlert().templateValue))
        return .record(members)
    }()

    /// The event as templates see it: by the names that templates of Alertmanager know, and our own beside them.
    public var templateValue: TemplateValue {
        .record([
            "Status": .text(status), "Receiver": .text(action), "GroupKey": .text(groupKey),
            "GroupLabels": .labels(groupLabels), "CommonLabels": .labels(commonLabels),
            "CommonAnnotations": .labels(commonAnnotations), "ExternalURL": .text(externalURL),
            "Alerts": .list(alerts.map(\.templateValue)),
            "ID": .integer(id), "Key": .text(key), "Rule": .text(rule), "Cause": .text(cause.rawValue),
            "State": .text(state), "Value": value.map { .number($0) } ?? .nothing, "Threshold": .text(threshold),
            "Since": since.map { .time(milliseconds: $0) } ?? .nothing, "Attempt": .integer(Int64(attempt)),
            "Epoch": .integer(epoch),
        ])
    }
}

extension ActionAlert {
    /// The alert as templates see it.
    var templateValue: TemplateValue {
        .record([
            "Status": .text(status), "Labels": .labels(labels), "Annotations": .labels(annotations),
            "StartsAt": .time(milliseconds: startsAt), "EndsAt": endsAt.map { .time(milliseconds: $0) } ?? .nothing,
            "Value": value.map { .number($0) } ?? .nothing, "GeneratorURL": .text(generatorURL),
            "Fingerprint": .text(fingerprint),
        ])
    }
}
