import HTTPClient
import Logging
import Model
import Templates

/// What actions need of the program that they are part of.
public struct ActionTools: Sendable {
    /// Where `log` writes, and where it is said what no outcome has room for.
    public var logger: Logger
    /// Where plugins run.
    public var pluginHost: PluginHost
    /// Who sends requests.
    public var clients: HTTPClientOnDemand
    /// What time it is.
    public var clock: any WallClock

    /// A logger, this program itself for plugins, a client of one's own when it is needed, and the machine's clock.
    public init(
        logger: Logger, pluginHost: PluginHost = .itself, clients: HTTPClientOnDemand = HTTPClientOnDemand(),
        clock: any WallClock = SystemClock()
    ) {
        self.logger = logger
        self.pluginHost = pluginHost
        self.clients = clients
        self.clock = clock
    }

    /// What templates of an event can ask for besides the event.
    func environment(of event: ActionEvent) -> TemplateEnvironment {
        TemplateEnvironment(now: clock.now(), externalURL: event.externalURL)
    }
}
