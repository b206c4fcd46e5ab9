import Actions
import Collectors
import Configuration
import HTTPAPI
import HTTPClient
import Instruments
import Logging
import Model
import PromQL
import Rules
import Store
import Synchronization

/// The appliance: all rooms, wired together, from start to stop.
final class Appliance: Sendable {
    private let options: ApplianceOptions
    private let logger: Logger
    private let clock = SystemClock()
    private let registry = Registry()
    private let store: Store
    private let engine: ScrapeEngine
    private let client: HTTPClient
    private let clusters: Clusters
    private let receiver: SampleReceiver
    private let tools: ActionTools
    private let judging: Judging
    private let memory = DiscoveryMemory()
    private let state: ApplianceState
    private let wishes: AsyncStream<ServiceSignal>
    private let wish: AsyncStream<ServiceSignal>.Continuation

    /// Opens the store and makes everything ready; throws what cannot be done.
    init(_ options: ApplianceOptions, logger: Logger) async throws {
        self.options = options
        self.logger = logger
        client = try HTTPClient()
        clusters = Clusters(client, environment: processEnvironment())
        tools = ActionTools(logger: logger, clients: HTTPClientOnDemand(client))
        let loaded = try options.loadConfiguration(using: tools)
        for warning in loaded.warnings { logger.warn("\(warning)") }
        try await loaded.value.checkWorld()
        state = ApplianceState(loaded, at: clock.now())
        var storeOptions = Store.Options()
        storeOptions.retention = RetentionLimits(loaded.value.common.storage)
        store = try Store(
            path: options.data(loaded.value), options: storeOptions, registry: registry, logger: logger)
        engine = try ScrapeEngine(store: store, registry: registry, logger: logger)
        receiver = store.receiver()
        judging = try Judging(
            store: store, client: client,
            configuration: JudgingConfiguration(loaded.value, listen: options.address(loaded.value)),
            machine: hostName(), registry: registry,
            cluster: { [clusters] () throws(UserError) in try await clusters.own() }, logger: logger)
        (wishes, wish) = AsyncStream<ServiceSignal>.makeStream()
        state.register(registry)
    }

    /// Runs until it is told to stop; throws when it cannot listen.
    func run(_ signals: AsyncStream<ServiceSignal>) async throws {
        let server: HTTPServer
        do {
            server = try startServer()
        } catch {
            await stop(nil)
            throw error
        }
        logger.info(
            "listening", ["address": server.address.description, "url": server.url, "data": store.path])
        do {
            try await judging.start()
            try watchSelf()
        } catch {
            await stop(server)
            throw error
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await signal in signals { wish.yield(signal) }
            }
            group.addTask { [judging] in await judging.run() }
            group.addTask { [receiver] in await keepMemorySmall { receiver.forgetIdle() } }
            var discovery = startDiscovery()
            for await wish in wishes {
                switch wish {
                case .reload:
                    if await reload() {
                        discovery.cancel()
                        await discovery.value
                        discovery = startDiscovery()
                    }
                case .stop: self.wish.finish()
                }
            }
            discovery.cancel()
            await discovery.value
            judging.stop()
            group.cancelAll()
        }
        await stop(server)
    }

    /// Stops in order: accept no more, scrape no more, write what there is, let go of the file.
    private func stop(_ server: HTTPServer?) async {
        logger.info("stopping")
        await server?.stop(within: 2000)
        engine.stop()
        await client.close()
        store.close()
        logger.info("stopped")
    }

    private func startServer() throws -> HTTPServer {
        let configuration = state.configuration
        let store = store
        let registry = registry
        let queries = QueryRunner(
            settings: { [state] in QuerySettings(state.configuration.common) }, registry: registry, clock: clock)
        var services = Services(
            status: StatusSource(options: options, state: state, registry: registry),
            targets: StoreTargets(store: store),
            series: store, metadata: StoreMetadata(store: store), queries: queries, store: StoreTables(store: store),
            backup: StoreBackups(store: store),
            writeMetrics: { writer in
                var process = ProcessCollector()
                process.collect(into: &writer)
                writer.write(registry)
            },
            externalLabels: { [state] in state.configuration.common.global.externalLabels })
        services.judging = JudgingServices(judging, store: store, file: options.configurationPath ?? "")
        if configuration.common.enableLifecycle {
            services.lifecycle = Lifecycle(
                reload: { [self] in try await reloadAsked() }, quit: { [wish] in wish.yield(.stop) })
        }
        if configuration.common.remoteWriteReceiver {
            services.remoteWrite = RemoteWriteReceiver(
                sink: StoreSink(store: store, receiver: receiver), registry: registry, logger: logger)
        }
        var router = Router.standard(services)
        if !configuration.common.auth.users.isEmpty {
            let users = try configuration.common.auth.users.map { ($0.name, try $0.password.reveal()) }
            router.authenticator = BasicAuthentication(users: users)
        }
        let tls = configuration.common.tls.map { TLSFiles(certificate: $0.certFile, key: $0.keyFile) }
        return try HTTPServer.start(
            on: options.address(configuration), router: router, tls: tls, registry: registry,
            logger: logger)
    }

    // MARK: Configuration

    /// Finds targets until it is cancelled.
    private func startDiscovery() -> Task<Void, Never> {
        let jobs = state.configuration.scraping.jobs
        memory.keepOnly(jobs)
        let discovery = Discovery(
            jobs: jobs, sink: engine, fetcher: client, clusters: clusters, memory: memory, logger: logger)
        let engine = engine
        return Task {
            await engine.keepOnly(jobs: Set(jobs.map(\.jobName)))
            await discovery.run()
        }
    }

    private func watchSelf() throws(UserError) {
        let section = state.configuration.selfMonitoring
        if section.host { try engine.add(SelfTargets.host(section.interval), HostSource()) }
        if section.vedette { try engine.add(SelfTargets.vedette(section.interval), SelfSource(registry)) }
    }

    /// Reads the configuration again. A file with mistakes changes nothing.
    private func reload() async -> Bool {
        do {
            try await takeConfiguration()
            return true
        } catch {
            logger.error("cannot reload the configuration, the one before stays in force")
            for sentence in sentences(about: error) { logger.error("\(sentence)") }
            return false
        }
    }

    /// A reload over HTTP: the configuration is checked at once, so that whoever asked is told what is wrong with it.
    private func reloadAsked() async throws {
        try await options.loadConfiguration(using: tools).value.checkWorld()
        wish.yield(.reload)
    }

    private func takeConfiguration() async throws(ConfigurationError) {
        let loaded: LoadedConfiguration<VedetteConfiguration>
        do throws(ConfigurationError) {
            loaded = try options.loadConfiguration(using: tools)
            try await loaded.value.checkWorld()
        } catch {
            state.reloadFailed()
            throw error
        }
        for warning in loaded.warnings { logger.warn("\(warning)") }
        let before = state.configuration
        state.replace(loaded, at: clock.now())
        let new = loaded.value
        store.setRetention(RetentionLimits(new.common.storage))
        judging.replace(JudgingConfiguration(new, listen: options.address(new)))
        if options.address(before) != options.address(new) || options.data(before) != options.data(new)
            || before.common.tls != new.common.tls || before.common.auth != new.common.auth
            || before.common.enableLifecycle != new.common.enableLifecycle
            || before.common.remoteWriteReceiver != new.common.remoteWriteReceiver
            || before.selfMonitoring != new.selfMonitoring
        {
            logger.warn(
                """
                listen, tls, auth, enable_lifecycle, remote_write_receiver, storage.path and self_monitoring take effect \
                at the next start
                """)
        }
        logger.info("configuration reloaded", ["jobs": String(new.scraping.jobs.count)])
    }
}

extension QuerySettings {
    /// What the configuration says about queries. Subqueries that give no resolution have that of rules, as with Prometheus.
    fileprivate init(_ sections: CommonSections) {
        self.init()
        timeout = sections.query.timeout
        maxSamples = sections.query.maxSamples
        maxConcurrency = sections.query.maxConcurrency
        lookbackDelta = sections.query.lookbackDelta
        subqueryInterval = sections.global.evaluationInterval
    }
}

extension RetentionLimits {
    /// What the configuration wants kept.
    fileprivate init(_ section: StorageSection) {
        self.init(milliseconds: section.retention, bytes: section.retentionSize > 0 ? section.retentionSize : nil)
        history = section.historyRetention
    }
}
