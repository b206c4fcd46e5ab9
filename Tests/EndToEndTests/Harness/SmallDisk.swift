import Foundation

/// A file system of a few megabytes, to fill up or to make read-only. Needs root.
final class SmallDisk: Sendable {
    let path: String
    private let workplace: Workplace

    init(megabytes: Int, in workplace: Workplace) throws {
        self.workplace = workplace
        path = workplace.file("disk")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try mount(["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
    }

    deinit {
        _ = try? run("/usr/bin/umount", ["--lazy", path], in: workplace)
    }

    func makeReadOnly() throws {
        try mount(["-o", "remount,ro", path])
    }

    /// Takes every byte that is left.
    func fill() throws {
        let descriptor = open(path + "/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot fill: \(errno)") }
        defer { close(descriptor) }
        for size in [65536, 4096, 1] {
            let piece = [UInt8](repeating: 0, count: size)
            while write(descriptor, piece, size) > 0 {}
        }
    }

    func free() throws {
        try FileManager.default.removeItem(atPath: path + "/filler")
    }

    private func mount(_ arguments: [String]) throws {
        let done = try run("/usr/bin/mount", arguments, in: workplace)
        guard done.ending == .exit(0) else { throw Failure("cannot mount: \(done.errors)") }
    }
}
