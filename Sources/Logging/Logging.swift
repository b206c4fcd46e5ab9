import Glibc
import Model

/// How important an event is.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    /// For finding faults: every request, every decision.
    case debug
    /// What an operator likes to know.
    case info
    /// Something is not as it should be; the appliance copes.
    case warn
    /// Something could not be done.
    case error

    /// The level of this name, or nil.
    public init?(name: String) {
        guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// As it is written in a log and on the command line.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warn: "warn"
        case .error: "error"
        }
    }

    /// By importance.
    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// The form of a log line.
public enum LogFormat: String, Sendable {
    /// `2026-11-21T06:35:14.250Z info started listen=127.0.0.1:7373`
    case text
    /// One JSON object a line.
    case json
}

/// Writes one line an event to standard error, in one `write`, so that lines of several threads never mix.
public struct Logger: Sendable {
    /// Events below this level are not written.
    public var level: LogLevel
    /// The form of a line.
    public var format: LogFormat
    private let descriptor: Int32

    /// A logger to a file descriptor, standard error by default.
    public init(level: LogLevel = .info, format: LogFormat = .text, descriptor: Int32 = STDERR_FILENO) {
        self.level = level
        self.format = format
        self.descriptor = descriptor
    }

    /// A detailed event.
    public func debug(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        if level <= .debug { write(.debug, message(), fields()) }
    }

    /// An ordinary event.
    public func info(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        if level <= .info { write(.info, message(), fields()) }
    }

    /// Something is not as it should be.
    public func warn(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        if level <= .warn { write(.warn, message(), fields()) }
    }

    /// Something could not be done.
    public func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, String> = [:]
    ) {
        write(.error, message(), fields())
    }

    private func write(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String>) {
        var line = format == .text ? textLine(level, message, fields) : jsonLine(level, message, fields)
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                // A log that cannot be written has nowhere to say so.
                if written <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
