import Configuration
import Model
import Threads

/// `file`: makes a file of some size, as Metric Reader's `file_action` does: `metric_<name>_<unix seconds>.bin`.
///
/// Its name has the second in which the action was decided on. Where there is such a file already, the action's number is added: another
/// action of the same second made it, or an attempt of this one whose end nobody saw.
public struct FileAction: Action, Sendable {
    /// The folder, made if need be.
    public var directory = FileAction.standardDirectory
    /// How large the file is, in bytes.
    public var size = FileAction.standardSize
    /// The name in the middle; nil for the rule's.
    public var metric: String?
    private let work = TimedWork()

    /// Metric Reader's own default.
    public static let standardDirectory = "/tmp/metric-files"
    /// 1 MiB.
    public static let standardSize: Int64 = 1 << 20
    /// The sizes that can be asked for.
    public static let sizes: ClosedRange<Int64> = 1...1 << 40

    /// What Metric Reader does without settings.
    public init() {}

    /// Looks whether the folder can be written to, or made.
    public func check() async throws(UserError) {
        let path = absolute(directory)
        try await work.look(at: path) { () throws(UserError) in try checkWritable(path) }
    }

    /// The file's path and size.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        "write \(size) bytes to \(directory)/\(name(for: event))"
    }

    /// Writes the file.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        let name = name(for: event)
        let file = WrittenFile(
            directory: absolute(directory), name: name, otherName: self.name(for: event, with: "_\(event.id)"),
            partialName: ".\(name).\(event.id).part", size: size)
        switch await work.run(within: milliseconds, { permit throws(UserError) in try file.write(permit) }) {
        case .done(let given): return AttemptOutcome(.succeeded, output: "\(directory)/\(given)")
        case .failed(let error): return AttemptOutcome(.failed, error: error.message)
        case .timedOut:
            return AttemptOutcome(.timedOut, error: "not over within \(formatDuration(milliseconds)), and stopped")
        case .cancelled: return AttemptOutcome(.cancelled, error: "stopped, because it was not wanted any more")
        }
    }

    private func name(for event: ActionEvent, with number: String = "") -> String {
        "metric_\(Self.fileName(metric ?? event.rule))_\(floorDivide(event.decidedAt, by: 1000))\(number).bin"
    }

    /// A name as a part of a file's name: what could lead elsewhere or is no plain character becomes `_`.
    private static func fileName(_ name: String) -> String {
        String(
            decoding: name.utf8.prefix(150).map { byte in
                isLetterOrDigit(byte) || "-.:".utf8.contains(byte) ? byte : UInt8(ascii: "_")
            }, as: UTF8.self)
    }
}

extension FileAction {
    /// Reads the section; nothing stands for the defaults.
    init(_ fields: Fields) {
        self.init()
        if let path = fields.string("directory"), !path.isEmpty { directory = fields.context.path(path) }
        if let size = fields.size("size") {
            if Self.sizes.contains(size) {
                self.size = size
            } else {
                fields.context.fail("a size from 1B to 1TiB is expected", at: fields.place(of: "size"))
            }
        }
        metric = fields.string("metric").flatMap { $0.isEmpty ? nil : $0 }
        fields.finish()
    }
}
