import Glibc
import Model

/// Where a program is found: a name with a slash is its path; any other is looked for in the folders of `PATH`. Throws when there
/// is none, or none that can be run.
func findProgram(_ name: String, inFoldersOf path: String?) throws(UserError) -> String {
    if name.contains("/") {
        let file = absolute(name)
        if let reason = obstacle(file) { throw UserError("cannot run \(name): \(reason)") }
        return file
    }
    var reason = "there is none in \(path ?? standardPath)"
    // A folder that is not named by its whole path depends on where we were started: nobody means that here.
    for folder in (path ?? standardPath).split(separator: ":") where folder.hasPrefix("/") {
        let file = "\(folder)/\(name)"
        guard let found = obstacle(file) else { return file }
        if access(file, F_OK) == 0 { reason = "\(file): \(found)" }
    }
    throw UserError("cannot run \(name): \(reason)")
}

/// Where programs are without a `PATH`.
private let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/// Why a file cannot be run; nil when it can.
private func obstacle(_ file: String) -> String? {
    if let reason = kindObstacle(file, S_IFREG, "it is not a file") { return reason }
    return access(file, X_OK) == 0 ? nil : String(cString: strerror(errno))
}

/// Throws when a path is not that of a folder that can be entered.
func checkFolder(_ path: String) throws(UserError) {
    var reason = kindObstacle(path, S_IFDIR, "it is not a directory")
    if reason == nil, access(path, X_OK) != 0 { reason = String(cString: strerror(errno)) }
    if let reason { throw UserError("cannot enter \(path): \(reason)") }
}

private func kindObstacle(_ path: String, _ kind: mode_t, _ complaint: String) -> String? {
    var info = stat()
    if stat(path, &info) != 0 { return String(cString: strerror(errno)) }
    return info.st_mode & S_IFMT == kind ? nil : complaint
}

/// A path that stays the same in whatever folder it is used.
func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
}
