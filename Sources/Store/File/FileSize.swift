import Glibc
import Model

/// The size of a file; 0 when there is none.
func fileSize(_ path: String) -> Int64 {
    var info = stat()
    return stat(path, &info) == 0 ? Int64(info.st_size) : 0
}

/// Whether there is anything of this name.
func fileExists(_ path: String) -> Bool {
    var info = stat()
    return lstat(path, &info) == 0
}

/// The bytes that are free where a file lies; nil when that is not known.
func freeSpace(at path: String) -> Int64? {
    var info = statvfs()
    guard statvfs(folder(of: path), &info) == 0 else { return nil }
    return Int64(clamping: info.f_bavail).multipliedReportingOverflow(by: Int64(clamping: info.f_frsize)).partialValue
}

/// Renames a file, replacing what had the new name.
func rename(_ from: String, to new: String) throws(UserError) {
    if Glibc.rename(from, new) != 0 {
        throw UserError("cannot rename \(from) to \(new): \(String(cString: strerror(errno)))")
    }
}

/// Removes a file that may not be there.
func removeFile(_ path: String) { unlink(path) }

/// Brings a file and its name onto the disk.
func sync(_ path: String) throws(UserError) {
    for name in [path, folder(of: path)] {
        let file = open(name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw UserError("cannot open \(name): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        // Some file systems cannot sync a folder and say EINVAL; then there is nothing to be done.
        if fsync(file) != 0, errno != EINVAL {
            throw UserError("cannot sync \(name): \(String(cString: strerror(errno)))")
        }
    }
}

/// A time as part of a file's name: 20261121T063514Z.
func fileStamp(_ time: Int64) -> String {
    String(formatTimestamp(time).prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
}

/// A name that is not taken: `name`, or with a number behind it.
func freeName(_ name: String) -> String {
    var free = name
    var number = 2
    while fileExists(free) {
        free = "\(name)-\(number)"
        number += 1
    }
    return free
}
