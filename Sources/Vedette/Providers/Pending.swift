import Store
import Model
struct PendingStatistics {
    var series = 0, labelPairs = 0, chunks = 0; var oldest: Int64?; var newest: Int64?
    var seriesByMetric: [(name: String, count: Int64)] = [], valuesByLabel: [(name: String, count: Int64)] = [],
        bytesByLabel: [(name: String, count: Int64)] = [], seriesByPair: [(name: String, count: Int64)] = []
}
extension Store {
    func statistics(limit: Int) throws -> PendingStatistics { PendingStatistics() }
    func backup(to path: String) throws { throw UserError("cannot back up") }
    func setRetention(_ limits: RetentionLimits) {}
}
