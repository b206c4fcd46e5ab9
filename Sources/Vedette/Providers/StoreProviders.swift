import Glibc
import HTTPAPI
import Model
import Store
import Synchronization

/// The targets, as the store knows them.
struct StoreTargets: TargetsProvider {
    let store: Store

    func targets() async throws -> TargetList {
        var list = TargetList()
        var dropped: [String: Int] = [:]
        for status in try store.targetStatuses() {
            let target = status.target
            if status.state == .dropped {
                list.dropped.append(DroppedTarget(discoveredLabels: target.discovered, pool: target.job))
                dropped[target.job, default: 0] += 1
                continue
            }
            var active = ActiveTarget(
                discoveredLabels: target.discovered, labels: target.labels, pool: target.job, url: target.url,
                globalURL: target.url, interval: target.intervalMilliseconds, timeout: target.timeoutMilliseconds)
            active.lastError = status.lastError
            active.lastScrape = status.lastScrape
            active.lastDuration = status.durationSeconds
            active.health = TargetHealth(rawValue: status.health) ?? .unknown
            list.active.append(active)
            if dropped[target.job] == nil { dropped[target.job] = 0 }
        }
        list.droppedCounts = dropped.sorted { bytesPrecede($0.key, $1.key) }.map { (pool: $0.key, count: $0.value) }
        return list
    }
}

/// What `/api/v1/status/tsdb` shows.
struct StoreTables: StoreStatusProvider {
    let store: Store

    func storeStatus(limit: Int) async throws -> StoreStatus {
        let statistics = try store.statistics(limit: limit)
        var status = StoreStatus()
        status.series = Int64(statistics.seriesCount)
        status.labelPairs = Int64(statistics.labelPairCount)
        status.chunks = Int64(statistics.chunkCount)
        status.oldest = statistics.minTime
        status.newest = statistics.maxTime
        status.seriesByMetric = counts(statistics.seriesCountByMetricName)
        status.valuesByLabel = counts(statistics.labelValueCountByLabelName)
        status.bytesByLabel = counts(statistics.memoryInBytesByLabelName)
        status.seriesByPair = counts(statistics.seriesCountByLabelValuePair)
        return status
    }

    private func counts(_ entries: [StoreStatistics.Entry]) -> [StoreStatus.Count] {
        entries.map { ($0.name, Int64($0.value)) }
    }
}

/// What is known about metrics, as the store has it.
struct StoreMetadata: MetadataProvider {
    let store: Store

    func metadata(of family: String?) throws -> [FamilyMetadata] {
        try store.metadata(of: family)
    }

    func metadataByTarget(of family: String?) throws -> [(target: Labels, metadata: [FamilyMetadata])] {
        try store.metadataByTarget(of: family).map { ($0.target.target.labels, $0.families) }
    }
}

/// Copies of the database for `/api/v1/backup`, one at a time.
final class StoreBackups: BackupProvider {
    private let path: String
    private let copy: @Sendable (_ destination: String) throws -> Void
    private let isCopying = Atomic(false)

    convenience init(store: Store) { self.init(path: store.path) { try store.backup(to: $0) } }

    /// Copies of the database at `path`, made by `copy`.
    init(path: String, copy: @escaping @Sendable (_ destination: String) throws -> Void) {
        self.path = path
        self.copy = copy
    }

    func makeBackup() async throws -> OpenFile {
        guard !isCopying.exchange(true, ordering: .acquiring) else {
            throw HTTPError(.serviceUnavailable, "cannot make a backup: another one is being made")
        }
        defer { isCopying.store(false, ordering: .releasing) }
        // Beside the database, where there is most likely to be room. The name goes at once; the room goes with the last
        // reader.
        let path = path + "-backup-\(getpid())-\(monotonicNanoseconds())"
        defer { unlink(path) }
        try copy(path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw UserError("cannot open the backup: \(String(cString: strerror(errno)))") }
        var information = stat()
        fstat(descriptor, &information)
        return OpenFile(descriptor: descriptor, length: Int64(information.st_size))
    }
}
