import Glibc
import Instruments
import Logging
import Model

extension Store {
    /// Copies the store into a new file, consistent as of now, while everything goes on. The copy is one file without a
    /// log beside it. Throws when there is a file of that name already, or no room.
    public func backup(to destination: String) throws {
        if watch.lostName == nil { return try copyDatabase(from: path, to: destination) }
        // The name leads elsewhere. A connection that is open leads to the file still; that the writer waits meanwhile, and
        // samples with it, is the smaller evil.
        let path = path
        try writer.runBlocking { connection in try copyDatabase(path, through: { connection }, to: destination) }
    }

    /// The same for a store that another process may be using.
    public static func backup(of path: String, to destination: String) throws {
        guard fileExists(path) else { throw UserError("cannot back up \(path): there is no such file") }
        try checkStore(path, "back up")
        try copyDatabase(from: path, to: destination)
    }

    /// Puts a copy in the place of a store that nobody uses. The replaced file stays beside it; its new name is returned,
    /// nil when there was none.
    @discardableResult
    public static func restore(
        from source: String, to path: String, clock: any WallClock = SystemClock()
    ) throws -> String? {
        try checkStore(source, "restore from")
        let guarded = try FileGuard(path: path)
        defer { guarded.release() }
        let new = freeName(path + ".restoring")
        try copyDatabase(from: source, to: new)
        do {
            return try exchange(path, for: new, keepingAs: "\(path).before-restore-\(fileStamp(clock.now()))")
        } catch {
            removeFile(new)
            throw error
        }
    }

    /// Makes the file of a store that nobody uses as small as it gets: closes all of the head and leaves no free page.
    /// Returns the bytes before and after.
    @discardableResult
    public static func compact(path: String, options: Options = Options(), logger: Logger) throws -> (
        before: Int64, after: Int64
    ) {
        guard fileExists(path) else { throw UserError("cannot compact \(path): there is no such file") }
        let before = fileSize(path) + fileSize(path + "-wal")
        let store = try Store(path: path, options: options, registry: Registry(), logger: logger)
        let isClosed = store.closeHead()
        store.close()
        if !isClosed { throw UserError("cannot compact \(path): the head could not be closed") }
        let guarded = try FileGuard(path: path)
        defer { guarded.release() }
        if let room = freeSpace(at: path), room > fileSize(path) {
            let new = freeName(path + ".compacting")
            try copyDatabase(from: path, to: new)
            try exchange(path, for: new, keepingAs: nil)
        } else {
            logger.warn("there is no room for a second copy of the store: only its free pages are given back")
            let connection = try Connection(path: path, mode: .readWrite)
            try connection.execute("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")
        }
        return (before, fileSize(path))
    }
}

/// Copies a database as it is at this moment into a new file, through SQLite, packed.
private func copyDatabase(from source: String, to destination: String) throws {
    // A connection of its own: VACUUM INTO reads one state of the file and neither waits for the writer nor stops it
    // (https://sqlite.org/lang_vacuum.html).
    try copyDatabase(source, through: { try Connection(path: source, mode: .readOnly) }, to: destination)
}

private func copyDatabase(_ source: String, through connect: () throws -> Connection, to destination: String) throws {
    if fileExists(destination) { throw UserError("cannot write \(destination): it is there already") }
    guard fileExists(folder(of: destination)) else {
        throw UserError("cannot write \(destination): the directory \(folder(of: destination)) does not exist")
    }
    // Under another name until it is complete: an interrupted copy must not look like one.
    let partial = freeName(destination + ".partial")
    do {
        try connect().run("VACUUM INTO ?", .text(partial))
        // As private as the store itself.
        chmod(partial, 0o640)
        try sync(partial)
        try rename(partial, to: destination)
        try sync(destination)
    } catch {
        removeFile(partial)
        guard let error = error as? DatabaseError else { throw error }
        throw UserError(
            "cannot copy \(source) to \(destination): \(error.isDiskTrouble ? "no room or the disk fails: " : "")\(error.message)"
        )
    }
}

/// Throws when a file is no sound store of a version that this binary knows.
private func checkStore(_ path: String, _ action: String) throws {
    try checkIsStore(path, action)
    do {
        try quickCheck(try Connection(path: path, mode: .readOnly))
    } catch let error as DatabaseError {
        throw UserError("cannot \(action) \(path): it is not a sound store of vedette (\(error.message))")
    }
}

/// Throws when a file is no store of a version that this binary knows; returns the version.
@discardableResult
func checkIsStore(_ path: String, _ action: String) throws -> Int64 {
    guard fileExists(path) else { throw UserError("cannot \(action) \(path): there is no such file") }
    do {
        let connection = try Connection(path: path, mode: .readOnly)
        guard try connection.integer("PRAGMA application_id") == applicationID else {
            throw UserError("cannot \(action) \(path): it is not a store of vedette")
        }
        let version = try connection.integer("SELECT max(version) FROM schema_migrations") ?? 0
        let newest = Migration.all().last?.version ?? 0
        guard version >= 1, version <= newest else {
            throw UserError(
                "cannot \(action) \(path): its schema has version \(version), this vedette knows versions up to \(newest)"
            )
        }
        return version
    } catch let error as DatabaseError {
        throw UserError("cannot \(action) \(path): it is not a sound store of vedette (\(error.message))")
    }
}

/// Puts `new` in the place of `path` in one step; the file that was there gets another name, or goes.
@discardableResult
private func exchange(_ path: String, for new: String, keepingAs kept: String?) throws -> String? {
    let kept = kept.map(freeName)
    let hasContents = fileSize(path) > 0 || fileSize(path + "-wal") > 0
    if hasContents {
        // What its log holds belongs into the file; a damaged file keeps its log beside it.
        _ = Result { try Connection(path: path, mode: .readWrite).execute("PRAGMA wal_checkpoint(TRUNCATE)") }
    }
    // A log that stayed would be taken for the new file's.
    for ending in ["-wal", "-shm"] where fileExists(path + ending) {
        if let kept, hasContents { try rename(path + ending, to: kept + ending) } else { removeFile(path + ending) }
    }
    if let kept, hasContents, link(path, kept) != 0 {
        throw UserError("cannot keep \(path) as \(kept): \(String(cString: strerror(errno)))")
    }
    Recovery.forget(path)
    try rename(new, to: path)
    try sync(path)
    return hasContents ? kept : nil
}
