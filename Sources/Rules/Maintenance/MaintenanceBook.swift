import Model

/// All maintenance windows.
public struct MaintenanceBook: Sendable, Hashable {
    /// The windows, in the order of the configuration.
    public let windows: [MaintenanceWindow]

    /// A book of these windows.
    public init(_ windows: [MaintenanceWindow] = []) { self.windows = windows }

    /// The windows that mute at a moment, ready to be asked about many alerts.
    public func inForce(at moment: Int64) -> MaintenanceInForce {
        var inForce = MaintenanceInForce()
        for window in windows {
            guard let occurrence = window.occurrence(endingAfter: moment) else { continue }
            let isActive = occurrence.lowerBound <= moment
            if isActive { inForce.windows.append(window) }
            let change = isActive ? occurrence.upperBound : occurrence.lowerBound
            inForce.until = min(inForce.until ?? change, change)
        }
        return inForce
    }
}

/// The maintenance windows that mute for some time from a moment on.
public struct MaintenanceInForce: Sendable, Hashable {
    /// The windows, in the order of the configuration.
    public internal(set) var windows: [MaintenanceWindow] = []
    /// Until when nothing changes, in Unix milliseconds; nil when nothing ever does by itself. It may be earlier than need be:
    /// where one occurrence of a window begins before the last one ends.
    public internal(set) var until: Int64?

    /// None.
    init() {}

    /// The first window that mutes an alert with these labels.
    public func window(muting labels: Labels) -> MaintenanceWindow? {
        windows.first { $0.matchers.accepts(labels) }
    }
}
