import Exposition
import Foundation
import Model

@testable import Collectors

/// A machine's files for a test: a directory that goes away with the value.
final class HostTree {
    let root: String

    init(_ files: [String: String] = [:]) throws {
        root = NSTemporaryDirectory() + "host-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for (path, text) in files { try write(path, text) }
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: root) } catch { print("cannot remove \(root): \(error)") }
    }

    func write(_ path: String, _ text: String) throws {
        try write(path, Data(text.utf8))
    }

    func write(_ path: String, _ bytes: Data) throws {
        let url = URL(fileURLWithPath: root + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
    }

    /// A collector of this machine, whose file systems answer as told.
    func collector(ask: @escaping @Sendable ([UInt8]) -> FileSystemUsage? = { _ in nil }) -> HostCollector {
        HostCollector(root: root, clock: FixedClock(milliseconds: 1_700_000_000_250), prober: MountProber(ask: ask))
    }
}

struct FixedClock: WallClock {
    let milliseconds: Int64
    func now() -> Int64 { milliseconds }
}

/// An exposition taken apart, for looking things up in it. It knows no more of the format than these tests need.
struct Families {
    var types: [String: String] = [:]
    /// Values by metric and labels, `name{a="b",c="d"}` with the labels sorted and the empty ones left out.
    var values: [String: Double] = [:]

    /// With `repeats`, a series may come twice: garbled names can be the same.
    init(_ text: String, repeats: Bool = false) throws {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                types[String(words[2])] = words[3] == "unknown" ? "untyped" : String(words[3])
            } else if !line.hasPrefix("#") {
                guard let end = line.lastIndex(of: " "), let value = Double(line[line.index(after: end)...]) else {
                    throw UserError("no value: \(line)")
                }
                let key = try Families.canonical(line[..<end])
                if !repeats, values[key] != nil { throw UserError("twice: \(key)") }
                values[key] = value
            }
        }
    }

    init(_ collector: inout HostCollector) throws {
        var writer = ExpositionWriter()
        collector.collect(into: &writer)
        try self.init(String(decoding: writer.bytes, as: UTF8.self))
    }

    /// The values of one metric, by what stands between the braces.
    subscript(name: String) -> [String: Double] {
        var found: [String: Double] = [:]
        for (key, value) in values {
            if key == name { found[""] = value }
            if key.hasPrefix(name + "{") { found[String(key.dropFirst(name.count + 1).dropLast())] = value }
        }
        return found
    }

    private static func canonical(_ series: Substring) throws -> String {
        guard let brace = series.firstIndex(of: "{") else { return String(series) }
        guard series.last == "}" else { throw UserError("no end: \(series)") }
        var labels: [String] = []
        var label = ""
        var isQuoted = false
        var isEscaped = false
        for character in series[series.index(after: brace)...].dropLast() {
            if character == ",", !isQuoted {
                labels.append(label)
                label = ""
                continue
            }
            label.append(character)
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
        }
        if isQuoted { throw UserError("open quote: \(series)") }
        labels.append(label)
        let kept = labels.filter { !$0.isEmpty && !$0.hasSuffix("=\"\"") }.sorted()
        return kept.isEmpty ? String(series[..<brace]) : "\(series[..<brace]){\(kept.joined(separator: ","))}"
    }
}
