import Configuration
import Model

/// `scrape_configs`, and the files that `scrape_config_files` includes.
public struct ScrapeSection: Sendable, Hashable {
    /// The jobs, each with a name of its own.
    public var jobs: [ScrapeConfig] = []

    /// Reads the jobs from the top level of a configuration.
    public init(_ root: Fields, global: GlobalSection) {
        let context = root.context
        var names: Set<[UInt8]> = []
        if let node = root.node("scrape_configs") { read(node, in: context, global: global, names: &names) }
        for pattern in root.list("scrape_config_files", { $0 }) {
            guard let text = context.string(pattern) else { continue }
            let paths = context.files.glob(context.path(text))
            if paths.isEmpty { context.warn("no file fits `\(text)`", at: pattern.place) }
            for path in paths { include(path, from: pattern.place, in: context, global: global, names: &names) }
        }
    }

    private mutating func include(
        _ path: String, from place: Place, in context: DecodingContext, global: GlobalSection,
        names: inout Set<[UInt8]>
    ) {
        let node: Node
        do {
            let bytes = try context.files.read(path, ReadingLimits.configuration.bytes)
            node = try readDocument(bytes, file: path)
        } catch {
            context.fail(error, at: place)
            return
        }
        context.including(path) {
            let fields = Fields(node, in: context)
            if let jobs = fields.node("scrape_configs") { read(jobs, in: context, global: global, names: &names) }
            fields.finish()
        }
    }

    private mutating func read(
        _ node: Node, in context: DecodingContext, global: GlobalSection, names: inout Set<[UInt8]>
    ) {
        for item in context.list(node) {
            guard let job = ScrapeConfig(from: item, in: context, global: global) else { continue }
            if !names.insert(Array(job.jobName.utf8)).inserted {
                context.fail("the job name `\(job.jobName)` stands twice", at: item.place)
            }
            jobs.append(job)
        }
    }
}
