import Glibc
import Model

/// A file of zeroes, written so that it is there whole or not at all: under another name first, in pieces, and synced.
struct WrittenFile: Sendable {
    /// The folder, made if need be.
    var directory: String
    /// The name that it gets when it is whole.
    var name: String
    /// The name that it gets when something is there by that name: that of another action of the same second.
    var otherName: String
    /// The name that it has until then; whatever is left there is taken away.
    var partialName: String
    /// How large it is, in bytes.
    var size: Int64

    /// How much is written between two looks at the permit.
    private static let piece = 256 << 10

    /// Writes it, and returns the name that it got. Throws why that cannot be; nothing of it is left then.
    func write(_ permit: Permit) throws(UserError) -> String {
        try makeDirectory()
        let partial = "\(directory)/\(partialName)"
        // Anew, and not through a link that somebody has put there: such directories are often everybody's.
        unlink(partial)
        let file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw failure(partial) }
        let given: String
        do throws(UserError) {
            try fill(file, permit)
            guard fsync(file) == 0 else { throw failure(partial) }
            try permit.check()
            given = try nameIt(partial)
        } catch {
            close(file)
            unlink(partial)
            throw error
        }
        close(file)
        try syncDirectory()
        return given
    }

    /// Gives it its name, without taking the place of another one.
    private func nameIt(_ partial: String) throws(UserError) -> String {
        // A second name and an end of the first: unlike renaming, that fails where something is.
        if link(partial, "\(directory)/\(name)") == 0 {
            unlink(partial)
            return name
        }
        // Some file systems have no second names.
        let free = errno != EEXIST
        let given = free ? name : otherName
        guard rename(partial, "\(directory)/\(given)") == 0 else { throw failure(given) }
        return given
    }

    private func fill(_ file: Int32, _ permit: Permit) throws(UserError) {
        let zeroes = [UInt8](repeating: 0, count: Int(min(size, Int64(Self.piece))))
        var rest = size
        while rest > 0 {
            try permit.check()
            let written = zeroes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, Int(min(rest, Int64($0.count)))) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure(name) }
            rest -= Int64(written)
        }
    }

    private func makeDirectory() throws(UserError) {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += path.isEmpty && part.isEmpty ? "/" : "\(part)/"
            if mkdir(path, 0o755) != 0, errno != EEXIST { throw UserError("cannot make \(path): \(reason())") }
        }
    }

    /// The name is safe only when the directory is.
    private func syncDirectory() throws(UserError) {
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(directory) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure(directory) }
    }

    private func failure(_ what: String) -> UserError { UserError("cannot write \(what): \(reason())") }
}

/// Throws when a file cannot be made in a folder, or the folder itself not be made.
func checkWritable(_ directory: String) throws(UserError) {
    var path = directory
    while true {
        var info = stat()
        if stat(path, &info) == 0 {
            guard info.st_mode & S_IFMT == S_IFDIR else {
                throw UserError("cannot write into \(directory): \(path) is not a directory")
            }
            // Only who makes a file knows that one can be made: the kernel's own folders let root pass, and nothing in.
            let probe = "\(path)/.vedette-\(getpid())-\(UInt64.random(in: .min ... .max)).part"
            let file = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw UserError("cannot write into \(directory): \(reason())") }
            close(file)
            unlink(probe)
            return
        }
        // What is not there yet will be made in what it is to be in.
        guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
            throw UserError("cannot write into \(directory): \(reason())")
        }
        if path == "/" { throw UserError("cannot write into \(directory): \(reason())") }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

private func reason() -> String { String(cString: strerror(errno)) }
