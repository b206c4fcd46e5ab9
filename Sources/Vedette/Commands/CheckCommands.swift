import Collectors
import Configuration
import Exposition
import Glibc
import Model

let checkConfigCommand = Command(
    words: ["check", "config"], arguments: ["FILE"],
    summary: "check a configuration and the files it names; nothing else happens"
) { invocation in
    let path = invocation.arguments[0]
    let loaded = try VedetteConfiguration.load(path, lookingAtNamedFiles: true)
    for warning in loaded.warnings { complain("warning: \(warning)") }
    try await loaded.value.checkWorld()
    let jobs = loaded.value.scraping.jobs.count
    write("\(path) is valid: \(jobs) \(jobs == 1 ? "job" : "jobs")\n", to: STDOUT_FILENO)
    return 0
}

let checkMetricsCommand = Command(
    words: ["check", "metrics"], summary: "check an exposition on standard input, text or OpenMetrics"
) { _ in
    let verdict = try InputText(STDIN_FILENO, name: "standard input").lend(judgeMetrics)
    for problem in verdict.problems { complain(problem.description) }
    return verdict.code
}

/// What is wrong with an exposition, and the exit code that says so: 1 for errors, 3 where only taste is offended.
func judgeMetrics(_ text: PaddedBytes) -> (problems: [ExpositionProblem], code: Int32) {
    // Only OpenMetrics has an end mark.
    let problems = checkExposition(text, format: hasEndMark(text) ? .openMetrics : .text, file: nil)
    return (problems, problems.isEmpty ? 0 : problems.contains { $0.severity == .error } ? 1 : 3)
}

private func hasEndMark(_ text: PaddedBytes) -> Bool {
    let mark = Array("# EOF".utf8)
    let bytes = text[0..<text.count]
    var end = bytes.count
    while end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    guard end >= mark.count, bytes[(end - mark.count)..<end].elementsEqual(mark) else { return false }
    return end == mark.count || bytes[end - mark.count - 1] == UInt8(ascii: "\n")
}
