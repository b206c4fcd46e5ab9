import Model

/// A variable that a template has from its beginning, for a field of its data.
public struct TemplateVariable: Sendable, Hashable {
    /// The name, without the dollar.
    public var name: String
    /// The field of the data it stands for.
    public var field: String

    /// A variable.
    public init(_ name: String, field: String) {
        self.name = name
        self.field = field
    }
}

extension [TemplateVariable] {
    /// What labels and annotations of alerts have: `$labels`, `$externalLabels`, `$externalURL` and `$value`.
    public static let ofAlerts = [
        TemplateVariable("labels", field: "Labels"), TemplateVariable("externalLabels", field: "ExternalLabels"),
        TemplateVariable("externalURL", field: "ExternalURL"), TemplateVariable("value", field: "Value"),
    ]
}

extension TemplateValue {
    /// What labels and annotations of an alert are made from. Nil for a value that there is none of.
    public static func alert(
        labels: Labels, value: Double?, externalLabels: Labels = .none, externalURL: String = ""
    ) -> TemplateValue {
        .record([
            "Labels": .labels(labels), "ExternalLabels": .labels(externalLabels), "ExternalURL": .text(externalURL),
            "Value": value.map { .number($0) } ?? .nothing,
        ])
    }
}
