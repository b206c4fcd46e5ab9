import Glibc

@testable import Actions

/// A folder for one test, gone afterwards with all that is in it.
final class Scratch: Sendable {
    let path: String

    init() {
        var name = Array("/tmp/vedette-actions-XXXXXX".utf8CString)
        path = mkdtemp(&name).map { String(cString: $0) } ?? "/nowhere"
    }

    deinit { _ = system("rm -rf '\(path)'") }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file; one that can be run when it begins as a script does.
    @discardableResult
    func write(_ text: String, to name: String) -> String {
        let mode: mode_t = text.hasPrefix("#!") ? 0o755 : 0o644
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        precondition(descriptor >= 0 && Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        return file(name)
    }

    func read(_ name: String) -> String? { contents(of: file(name)) }

    /// The names in the folder, or in one of its own.
    func names(in folder: String = "") -> [String] { ActionsTests.names(in: "\(path)/\(folder)") }
}

func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor, &block, block.count)
        if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += block[..<count]
    }
}

/// What /proc tells of a process: its state, its parent and its group.
private func status(_ process: String) -> (state: Substring, parent: Substring, group: Substring)? {
    guard let stat = contents(of: "/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[end...].split(separator: " ")
    return fields.count > 3 ? (fields[1], fields[2], fields[3]) : nil
}

private func allProcesses() -> [String] {
    names(in: "/proc").filter { name in name.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } }
}

/// Whether a process runs; one that nobody has taken out of the list does not.
func runs(_ process: Int32) -> Bool {
    status(String(process)).map { $0.state != "Z" } ?? false
}

/// Whether any process of a group runs.
func runs(group: Int32) -> Bool {
    allProcesses().contains { process in status(process).map { $0.group == "\(group)" && $0.state != "Z" } ?? false }
}

/// The children of this process that have ended and that nobody has taken out of the list.
func zombies() -> [String] {
    allProcesses().filter { process in status(process).map { $0.parent == "\(getpid())" && $0.state == "Z" } ?? false }
}

/// The names in a folder.
func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var found: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        if name != ".", name != ".." { found.append(name) }
    }
    return found.sorted()
}

/// Waits until something is so, a few seconds at the most.
func eventually(_ isSo: () -> Bool) async -> Bool {
    for _ in 0..<500 {
        if isSo() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return isSo()
}
