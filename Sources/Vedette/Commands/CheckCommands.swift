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
    let jobs = loaded.value.scraping.jobs.count
    write("\(path) is valid: \(jobs) \(jobs == 1 ? "job" : "jobs")\n", to: STDOUT_FILENO)
    return 0
}

let checkMetricsCommand = Command(
    words: ["check", "metrics"], summary: "check an exposition on standard input, text or OpenMetrics"
) { _ in
    let verdict = judgeMetrics(try readAll(STDIN_FILENO))
    for problem in verdict.problems { complain(problem.description) }
    return verdict.code
}

/// What is wrong with an exposition, and the exit code that says so: 1 for errors, 3 where only taste is offended.
func judgeMetrics(_ text: [UInt8]) -> (problems: [ExpositionProblem], code: Int32) {
    // Only OpenMetrics has an end mark.
    let format: ExpositionFormat = hasEndMark(text) ? .openMetrics : .text
    let problems = PaddedBytes.lend(text) { checkExposition($0, format: format, file: nil) }
    return (problems, problems.isEmpty ? 0 : problems.contains { $0.severity == .error } ? 1 : 3)
}

private func hasEndMark(_ text: [UInt8]) -> Bool {
    let mark = Array("# EOF".utf8)
    var end = text.count
    while end > 0, text[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    guard end >= mark.count, text[(end - mark.count)..<end].elementsEqual(mark) else { return false }
    return end == mark.count || text[end - mark.count - 1] == UInt8(ascii: "\n")
}

/// All that comes from a descriptor.
func readAll(_ descriptor: Int32) throws(UserError) -> [UInt8] {
    var text: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &room, room.count)
        if count == 0 { return text }
        if count < 0 {
            if errno == EINTR { continue }
            throw UserError("cannot read standard input: \(String(cString: strerror(errno)))")
        }
        text.append(contentsOf: room[..<count])
    }
}
