import Model

/// Runs a program to its end, and returns what it printed on its standard output, as far as 64 KiB. Throws when it cannot be run, does not
/// succeed, or takes longer than so many milliseconds; the reason has the end of what it printed as errors.
public func outputOfProgram(
    _ command: [String], environment: [String: String], within milliseconds: Int64
) async throws(UserError) -> [UInt8] {
    var order = ProcessOrder(program: command.first ?? "", arguments: command)
    order.searchPath = environment["PATH"]
    order.environment = environment
    order.reports = true
    let end = try await run(order, within: milliseconds)
    if case .exited(0) = end.manner { return end.report }
    let said = end.output.split(separator: "\n").last.map { ": \($0)" } ?? ""
    throw UserError(end.complaint(within: milliseconds) + said)
}
