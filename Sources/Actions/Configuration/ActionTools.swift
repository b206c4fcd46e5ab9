import Logging

/// What actions need of the program that they are part of.
public struct ActionTools: Sendable {
    /// Where `log` writes.
    public var logger: Logger
    /// Where plugins run.
    public var pluginHost: PluginHost

    /// A logger, and this program itself for plugins.
    public init(logger: Logger, pluginHost: PluginHost = .itself) {
        self.logger = logger
        self.pluginHost = pluginHost
    }
}
