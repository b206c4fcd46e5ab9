import Exposition
import Glibc
import Model

/// One subject of the host's metrics, with the name that node_exporter gives its collector.
protocol HostPart {
    /// Under which names the part reports its success; more than one where a file is read once for two collectors.
    var names: [String] { get }

    /// Reads, and only when all could be read, writes.
    mutating func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError)
}

/// The machine that the appliance runs on, from `/proc` and `/sys`, under node_exporter's names, labels and types.
///
/// A part that fails leaves out its metrics, says 0 in `node_scrape_collector_success` and its reason in `failures`;
/// the others are not harmed.
public struct HostCollector {
    /// Why the parts that failed the last time did, by the name of the collector.
    public private(set) var failures: [(collector: String, reason: String)] = []

    private var files: SystemFiles
    private var parts: [any HostPart]

    /// A collector that reads below `root`: the machine's own `/`, another machine's where it is mounted, or a tree of
    /// files in a test.
    public init(root: String = "/", clock: any WallClock = SystemClock()) {
        self.init(root: root, clock: clock, prober: MountProber())
    }

    init(root: String, clock: any WallClock, prober: MountProber) {
        files = SystemFiles(root: root)
        parts = [
            KernelPart(), LoadPart(), MemoryPart(), VirtualMemoryPart(), PressurePart(), DiskPart(),
            FileSystemPart(prober: prober), NetworkDevicePart(), NetworkClassPart(), ProtocolPart(), SocketPart(),
            PacketPart(), AddressResolutionPart(), ConnectionTrackingPart(), FileDescriptorPart(), EntropyPart(),
            ThermalPart(), SensorPart(), UnamePart(), OperatingSystemPart(), TimePart(clock: clock),
            ClockDisciplinePart(),
        ]
    }

    /// The collectors there are, by node_exporter's names.
    var collectorNames: [String] { parts.flatMap(\.names) }

    /// Appends everything there is to know now.
    public mutating func collect(into writer: inout ExpositionWriter) {
        failures.removeAll(keepingCapacity: true)
        var outcomes: [(name: String, seconds: Double, success: Bool)] = []
        for index in parts.indices {
            let begin = monotonicNanoseconds()
            var success = true
            do {
                try parts[index].collect(&files, into: &writer)
            } catch {
                success = false
                failures += parts[index].names.map { ($0, error.message) }
            }
            let seconds = Double(monotonicNanoseconds() - begin) / 1e9
            outcomes += parts[index].names.map { ($0, seconds, success) }
        }
        writer.family("node_scrape_collector_duration_seconds", .gauge, help: "How long a collector took, in seconds.")
        for outcome in outcomes {
            writer.sample(
                "node_scrape_collector_duration_seconds", [Label("collector", outcome.name)], outcome.seconds)
        }
        writer.family("node_scrape_collector_success", .gauge, help: "Whether a collector succeeded.")
        for outcome in outcomes {
            writer.sample("node_scrape_collector_success", [Label("collector", outcome.name)], outcome.success ? 1 : 0)
        }
    }
}

extension ExpositionWriter {
    /// A family of one value without labels.
    mutating func single(_ name: String, _ type: MetricType, _ help: String, _ value: Double) {
        family(name, type, help: help)
        sample(name, [], value)
    }
}
