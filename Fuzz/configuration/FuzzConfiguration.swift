// Throws arbitrary bytes at the configuration: as a whole file, as a list of targets, and as what is shown of it.

import Collectors
import Configuration
import Model

/// The sections that a configuration is made of.
struct WholeConfiguration: Sendable {
    var common: CommonSections
    var scrapes: ScrapeSection

    init(_ root: Fields) {
        common = CommonSections(root)
        scrapes = ScrapeSection(root, global: common.global)
    }
}

func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(ConfigurationError) {
        // No files: what the fuzzer writes must not reach the disk.
        let context = DecodingContext(environment: ["HOME": "/root", "EMPTY": ""], folder: "/etc")
        let loaded = try loadConfiguration(input, in: context) { WholeConfiguration($0) }
        for warning in loaded.warnings { examine(warning) }
        for job in loaded.value.scrapes.jobs { resolve(job) }
        compareRendering(loaded.rendered)
    } catch {
        require(!error.problems.isEmpty, "refused without a reason")
        for problem in error.problems { examine(problem) }
    }
    return 0
}

/// What is shown can be read, and shows itself the same way again.
func compareRendering(_ text: String) {
    let context = DecodingContext()
    do throws(ConfigurationError) {
        let again = try loadConfiguration(Array(text.utf8), in: context) { root in readEverything(root) }
        require(again.rendered == text, "what is shown is shown in another way the second time")
    } catch {
        preconditionFailure("what is shown cannot be read: \(error)")
    }
}

/// Asks for every top-level key, so that none is unknown.
func readEverything(_ root: Fields) {
    for key in root.keys { _ = root.node(key) }
}

func resolve(_ config: ScrapeConfig) {
    require(config.timeout <= config.interval, "a timeout longer than its interval")
    let set = resolveTargets(config.staticGroups, of: ScrapeJob(config))
    for target in set.targets {
        require(!target.url.isEmpty && target.labels["instance"] != nil, "a target without URL or instance")
        require(target.timeout <= target.interval && target.timeout > 0, "a target's times are wrong")
        require(
            zip(target.labels.pairs, target.labels.pairs.dropFirst()).allSatisfy { bytesPrecede($0.name, $1.name) },
            "labels out of order")
        require(!target.labels.pairs.contains { $0.value.isEmpty || $0.name.isEmpty }, "an empty label")
    }
}

func examine(_ problem: UserError) {
    require(!problem.message.isEmpty, "a problem without words")
    require(problem.place.map { $0.line >= 1 && $0.column >= 1 } == true, "a problem without a place: \(problem)")
}

func require(_ condition: Bool, _ message: String) {
    if !condition { preconditionFailure(message) }
}
