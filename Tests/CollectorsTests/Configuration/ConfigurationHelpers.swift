import Configuration
import Model

@testable import Collectors

/// What `serve` makes of a configuration, as far as it is about collecting.
struct WholeConfiguration: Sendable {
    var common: CommonSections
    var scrapes: ScrapeSection

    init(_ root: Fields) {
        common = CommonSections(root)
        scrapes = ScrapeSection(root, global: common.global)
    }
}

/// The configuration in a text, and all problems: errors, or warnings when it is usable.
func whole(
    _ text: String, environment: [String: String] = [:], files: FileAccess = .none
) -> (value: WholeConfiguration?, problems: [String]) {
    let context = DecodingContext(environment: environment, folder: "/etc/vedette", files: files)
    do {
        let loaded = try loadConfiguration(Array(text.utf8), in: context) { WholeConfiguration($0) }
        return (loaded.value, loaded.warnings.map { "warning \($0)" })
    } catch {
        return (nil, error.problems.map(\.description))
    }
}

/// The one job of a text that holds the job's keys, a line each or in braces.
func job(_ keys: String, environment: [String: String] = [:]) -> (value: ScrapeConfig?, problems: [String]) {
    let text = "scrape_configs:\n- job_name: a\n" + keys.split(separator: "\n").map { "  \($0)\n" }.joined()
    let result = whole(text, environment: environment)
    return (result.value?.scrapes.jobs.first, result.problems)
}
