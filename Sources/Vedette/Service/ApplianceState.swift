import Configuration
import Instruments
import Synchronization

/// The configuration in force, and how it came to be.
final class ApplianceState: Sendable {
    private struct State: Sendable {
        var loaded: LoadedConfiguration<VedetteConfiguration>
        var loadedAt: Int64
        var lastReloadSucceeded = true
    }

    /// When the process began, in Unix milliseconds.
    let startedAt: Int64
    private let state: Mutex<State>

    init(_ loaded: LoadedConfiguration<VedetteConfiguration>, at now: Int64) {
        startedAt = now
        state = Mutex(State(loaded: loaded, loadedAt: now))
    }

    var configuration: VedetteConfiguration { state.withLock { $0.loaded.value } }

    /// The configuration as it may be shown.
    var rendered: String { state.withLock { $0.loaded.rendered } }

    var loadedAt: Int64 { state.withLock { $0.loadedAt } }

    var lastReloadSucceeded: Bool { state.withLock { $0.lastReloadSucceeded } }

    func replace(_ loaded: LoadedConfiguration<VedetteConfiguration>, at now: Int64) {
        state.withLock { $0 = State(loaded: loaded, loadedAt: now) }
    }

    func reloadFailed() { state.withLock { $0.lastReloadSucceeded = false } }

    /// Adds what it knows to the appliance's figures.
    func register(_ registry: Registry) {
        registry.gauge(
            "vedette_build_info", "The version that runs.",
            labels: [("version", Version.number), ("revision", Version.revision)]
        ) { 1 }
        registry.gauge(
            "vedette_config_last_reload_successful", "Whether the last attempt to read the configuration succeeded."
        ) { [self] in lastReloadSucceeded ? 1 : 0 }
        registry.gauge(
            "vedette_config_last_reload_success_timestamp_seconds", "When the configuration in force was read.",
            unit: "seconds"
        ) { [self] in Double(loadedAt) / 1000 }
    }
}
