import Actions
import CPlatform
import Collectors
import Configuration
import HTTPAPI
import HTTPClient
import Instruments
import Logging
import Model
import Rules
import Store

/// `vedette watch`: one metric, and what is done when it crosses a threshold.
final class Watch: Sendable {
    /// How many actions a history in memory has at the most.
    private static let actionsInMemory: Int64 = 1000

    private let configuration: WatchConfiguration
    private let environment: [String: String]
    private let logger: Logger
    private let tools: ActionTools
    private let registry = Registry()
    /// Where the history is when it ends with the process; nil when it has a file.
    private let folder: PassingFolder?
    private let store: Store
    private let client: HTTPClient
    private let judging: Judging

    /// Makes everything ready; throws what cannot be done.
    init(
        _ settings: WatchSettings, from configuration: WatchConfiguration, environment: [String: String], data: String?,
        logger: Logger
    ) async throws {
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        tools = ActionTools(logger: logger)
        let actions = try await WatchActions(settings, environment: environment, using: tools).checked()
        // A neighbour of somebody else's program is small from the beginning, not only after a while.
        platform_forget_startup_code()
        client = try HTTPClient()
        let folder = data == nil ? try PassingFolder.make() : nil
        self.folder = folder
        do {
            var options = Store.Options()
            options.isPassing = folder != nil
            if folder != nil { options.retention.actions = Self.actionsInMemory }
            options.retention.history = StorageSection().historyRetention
            store = try Store(
                path: data ?? folder.map { "\($0.path)/history.db" } ?? "", options: options, registry: registry,
                logger: logger)
            let journal = WatchJournal(logger)
            let clusters = Clusters(client, environment: environment)
            judging = try Judging(
                store: store, client: client,
                configuration: JudgingConfiguration(settings, actions, isInCluster: isInCluster(environment)),
                machine: hostName(), registry: registry,
                cluster: { [clusters] () throws(UserError) in try await clusters.own() }, logger: logger,
                watch: { journal.note($0) })
        } catch {
            folder?.remove()
            throw error
        }
        platform_forget_startup_code()
        tell(settings)
    }

    /// Watches until it is told to stop; over HTTP it tells of itself only where that is wanted.
    func run(_ signals: AsyncStream<ServiceSignal>, listeningOn address: ListenAddress?) async throws {
        var server: HTTPServer?
        do {
            server = try address.map { address throws(UserError) in try startServer(address) }
            try await judging.start()
        } catch {
            await stop(server)
            throw error
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [judging] in await judging.run() }
            group.addTask { await keepMemorySmall {} }
            for await signal in signals {
                if signal == .stop { break }
                await reload()
            }
            logger.info("stopping")
            judging.stop()
            group.cancelAll()
        }
        await stop(server)
        logger.info("stopped")
    }

    private func startServer(_ address: ListenAddress) throws(UserError) -> HTTPServer {
        let registry = registry
        let router = Router.small(
            JudgingServices(judging, store: store, file: configuration.path ?? ""),
            queries: QueryRunner(registry: registry)
        ) { writer in
            var process = ProcessCollector()
            process.collect(into: &writer)
            writer.write(registry)
        }
        let server = try HTTPServer.start(on: address, router: router, registry: registry, logger: logger)
        logger.info("listening", ["address": server.address.description, "url": server.url])
        return server
    }

    private func stop(_ server: HTTPServer?) async {
        await server?.stop(within: 2000)
        await client.close()
        store.close()
        folder?.remove()
    }

    /// Reads the file again; the environment of a process stays what it is. A file with mistakes changes nothing.
    private func reload() async {
        guard configuration.path != nil else {
            logger.info("there is nothing to read again: all settings are the environment's")
            return
        }
        do {
            let settings = try await configuration.load()
            let actions = try await WatchActions(settings, environment: environment, using: tools).checked()
            judging.replace(JudgingConfiguration(settings, actions, isInCluster: isInCluster(environment)))
            logger.info(
                "settings read again; those of the log and of the leader election take effect at the next start")
            tell(settings)
        } catch let error as ConfigurationError {
            logger.error("cannot read the settings again, those from before stay in force")
            for sentence in sentences(about: error) { logger.error("\(sentence)") }
        } catch {
            logger.error("cannot read the settings again, those from before stay in force: \(error)")
        }
    }

    /// Says what is watched, and what may not be as it was meant.
    private func tell(_ settings: WatchSettings) {
        let levels = settings.levels.map { level in
            let action = level.plugin.isEmpty ? "nothing" : level.plugin
            let holdFor = formatDuration(level.level.holdFor)
            return "\(level.level.name): \(level.level.comparison) for \(holdFor), then \(action)"
        }
        let place = folder.map { $0.isMemory ? "memory" : "\($0.path), until the end" } ?? store.path
        logger.info(
            "watching",
            [
                "query": settings.query.text, "endpoint": settings.source.shownURL,
                "every": formatDuration(settings.interval),
                "levels": levels.joined(separator: "; "), "settings": configuration.path ?? "environment",
                "data": place,
            ])
        if let file = configuration.leftBehind {
            logger.warn("only YAML is read: write it as config.yaml, with the same keys", ["file": file])
        }
        for level in settings.levels where level.plugin.isEmpty {
            logger.warn("there is no plugin: the state is recorded, and nothing is done", ["level": level.level.name])
        }
    }
}
