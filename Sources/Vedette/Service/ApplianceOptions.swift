import Actions
import Configuration
import Model

/// What the command line says about the appliance. It wins over the configuration.
struct ApplianceOptions: Sendable {
    /// The configuration; nil for the embedded one.
    var configurationPath: String?
    var dataPath: String?
    var listen: ListenAddress?
    /// The options as they were given, for `/api/v1/status/flags`.
    var flags: [(name: String, value: String)] = []

    init(_ invocation: Invocation) throws(UsageError) {
        configurationPath = invocation[.config]
        dataPath = invocation[.data]
        if let text = invocation[.listen] {
            do {
                listen = try ListenAddress(text)
            } catch {
                throw UsageError(message: "--listen: \(error.message)")
            }
        }
        for option in [Option.config, .data, .listen, .logFormat, .logLevel] {
            flags.append((String(option.name.dropFirst(2)), invocation[option] ?? ""))
        }
    }

    /// Reads the configuration.
    func loadConfiguration(
        using tools: ActionTools
    ) throws(ConfigurationError) -> LoadedConfiguration<VedetteConfiguration> {
        guard let configurationPath else { return try VedetteConfiguration.standard(using: tools) }
        return try VedetteConfiguration.load(configurationPath, using: tools)
    }

    /// The database: the command line's, the configuration's, or the usual one.
    func data(_ configuration: VedetteConfiguration) -> String {
        dataPath ?? configuration.common.storage.path ?? defaultDataPath
    }

    /// Where to listen, likewise.
    func address(_ configuration: VedetteConfiguration) -> ListenAddress {
        listen ?? configuration.common.listen ?? ListenAddress()
    }
}

/// The database when nobody says which.
let defaultDataPath = "vedette.db"
