import Configuration
import Glibc
import Model

/// The files of one `file_sd_configs` entry. `look` is called every few seconds: asking the file system for a file's
/// identity follows the symbolic links by which Kubernetes swaps whole folders, which watching a path does not.
struct FileSource: Sendable {
    private struct File: Sendable {
        var stamp: FileStamp?
        var groups: [TargetGroup] = []
        var problem: String?
        var missed = 0
    }

    private let patterns: [String]
    private let access: FileAccess
    private var files: [String: File] = [:]

    /// A source that reads the machine's files; tests give others.
    init(_ config: FileDiscoveryConfig, access: FileAccess = .system) {
        patterns = config.files
        self.access = access
    }

    /// Reads what has changed since the last look, or everything; true when groups or problems may be others now.
    mutating func look(again: Bool) -> Bool {
        var changed = false
        var found: [String] = []
        for path in patterns.flatMap(access.glob) where !found.contains(path) { found.append(path) }
        for path in files.keys where !found.contains(path) {
            // Some programs replace a file by deleting it first: it is gone when it is missing twice.
            files[path]?.missed += 1
            if files[path]?.missed ?? 0 > 1 {
                files[path] = nil
                changed = true
            }
        }
        for path in found where lookAt(path, again: again) { changed = true }
        return changed
    }

    private mutating func lookAt(_ path: String, again: Bool) -> Bool {
        var file = files[path] ?? File()
        file.missed = 0
        let stamp = FileStamp(path)
        // A file that could not be read is tried again, for it may have been half written.
        let reads = again || stamp == nil || stamp != file.stamp || file.problem != nil
        if reads {
            file.stamp = stamp
            do {
                file.groups = try readTargetFile(path, by: access).map { group in
                    TargetGroup(targets: group.targets, labels: group.labels + [Label("__meta_filepath", path)])
                }
                file.problem = nil
            } catch {
                file.problem = "cannot use target file, keeping its last targets: \(error)"
            }
        }
        files[path] = file
        return reads
    }

    /// The groups of all files, file by file in the order of their paths.
    var groups: [TargetGroup] {
        files.keys.sorted(by: bytesPrecede).flatMap { files[$0]?.groups ?? [] }
    }

    /// What is wrong with files at the moment.
    var problems: [String] {
        files.keys.sorted(by: bytesPrecede).compactMap { files[$0]?.problem }
    }
}

/// What changes when a file does.
private struct FileStamp: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    /// The stamp of the file that a path leads to; nil when it leads nowhere.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
