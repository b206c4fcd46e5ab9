import Exposition
import Glibc
import Logging
import Model
import Store
import Synchronization
import Threads

extension Option {
    static let importFormat = Option(
        name: "--format", placeholder: "FORMAT", help: "openmetrics or text (default: openmetrics)")
    static let skipErrors = Option(
        name: "--skip-errors", placeholder: "", help: "leave out lines that cannot be read, and count them")
}

let importCommand = Command(
    words: ["import"], arguments: ["[FILE]"],
    summary: "bring samples with timestamps, OpenMetrics or text, into the database; vedette must not be running",
    options: [.data, .importFormat, .skipErrors]
) { invocation in
    let format = try importFormat(invocation[.importFormat])
    let path = invocation.arguments.first
    let data = invocation[.data] ?? defaultDataPath
    let skipsErrors = invocation.has(.skipErrors)
    let flag = CancellationFlag()
    let signals = try catchSignals()
    let watching = Task { for await _ in signals { flag.set() } }
    defer { watching.cancel() }
    // It takes minutes: a thread of its own, not one of the pool's.
    return try await onThread(named: "import") {
        try runImport(path, into: data, format: format, skipsErrors: skipsErrors, flag)
    }
}

private func importFormat(_ name: String?) throws(UsageError) -> ExpositionFormat {
    switch name {
    case nil, "openmetrics": return .openMetrics
    case "text": return .text
    case let name?: throw UsageError(message: "unknown format \(quoted(name)): it is openmetrics or text")
    }
}

private func runImport(
    _ path: String?, into data: String, format: ExpositionFormat, skipsErrors: Bool, _ flag: CancellationFlag
) throws -> Int32 {
    let file = try ImportFile(path, format: format == .text ? "text" : "openmetrics")
    let importer = try Importer(path: data, logger: Logger(level: .warn))
    defer { importer.close() }
    var progress = ImportProgress()
    if let identity = file.identity, let known = try importer.progress(of: identity) {
        progress = known
        try file.seek(to: known.position)
        complain("going on with \(file.name) at line \(known.line)")
    }
    let run = ImportRun(
        importer, format: format, skipsErrors: skipsErrors, name: file.name, identity: file.identity, from: progress,
        meter: ImportMeter(size: file.size, from: progress))
    let pieces = TextPieces(file.descriptor, name: file.name, position: progress.position) { flag.isSet }
    let ending: ImportRun.Ending
    do {
        ending = try run.run(pieces)
    } catch {
        complain("\(summary(run.progress)) before the import ended")
        throw error
    }
    if let first = run.firstSkipped { complain("left out, the first of them: \(saidPlainly(first))") }
    if ending == .interrupted {
        complain(
            "interrupted: \(summary(run.progress))"
                + (file.identity == nil ? "" : "; the same command goes on at line \(run.progress.line)"))
        return 130
    }
    write("\(file.name): \(summary(run.progress))\n", to: STDOUT_FILENO)
    return 0
}

private func summary(_ progress: ImportProgress) -> String {
    var text = "\(grouped(progress.added)) samples imported"
    let known = progress.samples - progress.added
    if known > 0 { text += ", \(grouped(known)) were there already" }
    if progress.skippedLines > 0 {
        text += ", \(grouped(progress.skippedLines)) \(progress.skippedLines == 1 ? "line" : "lines") left out"
    }
    return text
}

/// Said by a signal, asked by the import.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

/// Runs what takes long on a thread of its own and waits for its end without blocking one.
private func onThread<Result: Sendable>(
    named name: String, _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try startThread(name: name, stackSize: 8 << 20) { continuation.resume(with: Swift.Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
