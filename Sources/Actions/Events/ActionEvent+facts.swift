import Model

// What follows from an event, under the names by which Alertmanager's webhooks tell it.

extension ActionEvent {
    /// Whether any of its alerts fires; without alerts, whether the condition holds.
    public var isFiring: Bool { alerts.isEmpty ? cause != .resolve : alerts.contains { $0.isFiring } }

    /// `firing` or `resolved`.
    public var status: String { Self.status(isFiring) }

    /// What stays the same for as long as it is about the same group of the same rule.
    public var groupKey: String { "\(rule):\(groupLabels)" }

    /// The labels that all alerts share.
    public var commonLabels: Labels { common(\.labels) }

    /// The annotations that all alerts share.
    public var commonAnnotations: Labels { common(\.annotations) }

    /// How long the condition had held when the action was decided on, in milliseconds; nil when it is not known.
    public var duration: Int64? {
        guard let since else { return nil }
        let (duration, overflow) = decidedAt.subtractingReportingOverflow(since)
        return overflow ? nil : max(0, duration)
    }

    private func common(_ part: KeyPath<ActionAlert, Labels>) -> Labels {
        guard let first = alerts.first else { return .none }
        let others = alerts.dropFirst()
        return Labels(
            sorted: first[keyPath: part].pairs.filter { pair in
                others.allSatisfy { alert in alert[keyPath: part][pair.name].map { sameBytes($0, pair.value) } ?? false
                }
            })
    }

    fileprivate static func status(_ isFiring: Bool) -> String { isFiring ? "firing" : "resolved" }
}

extension ActionAlert {
    /// `firing` or `resolved`.
    public var status: String { ActionEvent.status(isFiring) }

    /// 16 hexadecimal digits that stand for its labels: the same as Alertmanager's, which is 64-bit FNV-1a over names and values,
    /// each with a byte behind it that is in no text.
    public var fingerprint: String {
        var sum: UInt64 = 14_695_981_039_346_656_037
        func add(_ byte: UInt8) { sum = (sum ^ UInt64(byte)) &* 1_099_511_628_211 }
        for pair in labels.pairs {
            for text in [pair.name, pair.value] {
                text.utf8.forEach(add)
                add(0xff)
            }
        }
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
