import Collectors
import Glibc
import Model

/// What the appliance watches without being told, as targets. A configuration's job of the same name stands beside them.
enum SelfTargets {
    static func host(_ interval: Int64) -> ScrapeTarget { target("node", interval) }

    static func vedette(_ interval: Int64) -> ScrapeTarget { target("vedette", interval) }

    private static func target(_ job: String, _ interval: Int64) -> ScrapeTarget {
        var config = ScrapeConfig(jobName: job)
        config.interval = interval
        return ScrapeTarget(
            local: ScrapeJob(config), labels: ["job": job, "instance": hostName()], interval: interval,
            timeout: min(interval, 10_000))
    }
}

/// The name of this machine.
func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
