/// What the status routes tell about the appliance.
public protocol StatusProvider: Sendable {
    /// What this binary is.
    var build: BuildInformation { get }
    /// How it is running now.
    var runtime: RuntimeInformation { get }
    /// Its options by their names on the command line.
    var flags: [(name: String, value: String)] { get }
    /// The configuration in force, as YAML with its secrets hidden.
    var configuration: String { get }
}

/// What a binary is.
public struct BuildInformation: Sendable {
    /// The released version.
    public var version: String
    /// The commit it was built from.
    public var revision: String
    /// The branch it was built from.
    public var branch: String
    /// Who built it.
    public var builder: String
    /// When it was built.
    public var date: String
    /// The compiler's name and version.
    public var compiler: String

    /// What a binary is; what is not known stays empty.
    public init(
        version: String, revision: String = "", branch: String = "", builder: String = "", date: String = "",
        compiler: String = ""
    ) {
        self.version = version
        self.revision = revision
        self.branch = branch
        self.builder = builder
        self.date = date
        self.compiler = compiler
    }
}

/// How the appliance is running. Times are Unix milliseconds.
public struct RuntimeInformation: Sendable {
    /// When the process started.
    public var started: Int64
    /// The directory it was started in.
    public var workingDirectory: String
    /// The machine's name.
    public var hostname: String
    /// Whether the last reload of the configuration went through.
    public var reloadSucceeded: Bool
    /// When the configuration in force was loaded.
    public var configurationLoaded: Int64
    /// How often a damaged store was found.
    public var corruptions: Int
    /// Threads of the process.
    public var threads: Int
    /// Processors it may use.
    public var processors: Int
    /// How long samples are kept, as it is configured: `15d`, `10GB`, or both.
    public var retention: String

    /// How the appliance is running.
    public init(
        started: Int64, workingDirectory: String, hostname: String, reloadSucceeded: Bool, configurationLoaded: Int64,
        corruptions: Int, threads: Int, processors: Int, retention: String
    ) {
        self.started = started
        self.workingDirectory = workingDirectory
        self.hostname = hostname
        self.reloadSucceeded = reloadSucceeded
        self.configurationLoaded = configurationLoaded
        self.corruptions = corruptions
        self.threads = threads
        self.processors = processors
        self.retention = retention
    }
}
