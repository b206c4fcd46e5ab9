import Exposition
import Model

/// What the routes need from the rest of the house.
public struct Services: Sendable {
    /// Why requests cannot be answered yet, or nil when they can.
    public var notReady: @Sendable () -> String?
    /// Writes the appliance's own metrics.
    public var writeMetrics: @Sendable (inout ExpositionWriter) -> Void
    /// What `/-/reload` and `/-/quit` set going; nil when they are switched off.
    public var lifecycle: Lifecycle?
    /// What the status routes tell.
    public var status: any StatusProvider
    /// Who knows the targets.
    public var targets: any TargetsProvider
    /// The stored samples.
    public var series: any SeriesSource
    /// The stored series and their labels.
    public var labels: any LabelSource
    /// What is said about metrics.
    public var metadata: any MetadataProvider
    /// Who runs queries.
    public var queries: QueryRunner
    /// Who knows what the store holds.
    public var store: any StoreStatusProvider
    /// Who makes backups.
    public var backup: any BackupProvider
    /// Who takes remote writes; nil when that is switched off.
    public var remoteWrite: RemoteWriteReceiver?
    /// What judges and acts; nil where nothing does.
    public var judging: JudgingServices?
    /// The labels that are added to what is federated.
    public var externalLabels: @Sendable () -> Labels
    /// The present.
    public var clock: any WallClock

    /// What the routes need.
    public init(
        status: any StatusProvider, targets: any TargetsProvider, series: any SeriesSource & LabelSource,
        metadata: any MetadataProvider, queries: QueryRunner, store: any StoreStatusProvider,
        backup: any BackupProvider,
        notReady: @escaping @Sendable () -> String? = { nil },
        writeMetrics: @escaping @Sendable (inout ExpositionWriter) -> Void,
        externalLabels: @escaping @Sendable () -> Labels = { .none },
        lifecycle: Lifecycle? = nil, clock: any WallClock = SystemClock()
    ) {
        self.status = status
        self.targets = targets
        self.series = series
        labels = series
        self.metadata = metadata
        self.queries = queries
        self.store = store
        self.backup = backup
        self.notReady = notReady
        self.writeMetrics = writeMetrics
        self.externalLabels = externalLabels
        self.lifecycle = lifecycle
        self.clock = clock
    }
}

/// What may be set going from outside.
public struct Lifecycle: Sendable {
    /// Loads the configuration again; throws why it cannot.
    public var reload: @Sendable () async throws -> Void
    /// Asks the appliance to stop, and returns at once.
    public var quit: @Sendable () -> Void

    /// What may be set going from outside.
    public init(reload: @escaping @Sendable () async throws -> Void, quit: @escaping @Sendable () -> Void) {
        self.reload = reload
        self.quit = quit
    }
}
