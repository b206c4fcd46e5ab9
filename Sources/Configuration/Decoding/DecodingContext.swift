import Model

/// What decoding a configuration needs to know, and where it leaves what is wrong. Sections never throw: they note the
/// problem, go on with a default, and so all problems of a file are reported together.
public final class DecodingContext {
    /// The environment that `${NAME}` is taken from; nil leaves every dollar alone, for text from elsewhere.
    public let environment: [String: String]?
    /// The folder that relative paths start from; empty for the current one.
    public private(set) var folder: String
    /// How files are read.
    public let files: FileAccess
    /// Whether files that are only named here, and opened when they are needed, are looked at: for checking a configuration.
    /// The appliance itself does not, for a file system that hangs must not keep it from starting.
    public let looksAtNamedFiles: Bool
    /// What makes the configuration unusable.
    public private(set) var errors: [UserError] = []
    /// What the user should know, though the configuration can be used.
    public private(set) var warnings: [UserError] = []
    /// Where secrets stand that were written into the configuration itself.
    private(set) var secretPlaces: Set<Place> = []

    /// A context for one configuration.
    public init(
        environment: [String: String]? = nil, folder: String = "", files: FileAccess = .none,
        lookingAtNamedFiles: Bool = false
    ) {
        self.environment = environment
        self.folder = folder
        self.files = files
        looksAtNamedFiles = lookingAtNamedFiles
    }

    /// Notes something that makes the configuration unusable.
    public func fail(_ message: String, at place: Place) {
        note(UserError(message, at: place), in: &errors)
    }

    /// Notes an error met elsewhere; one without a place gets this one.
    public func fail(_ error: UserError, at place: Place) {
        note(UserError(error.message, at: error.place ?? place), in: &errors)
    }

    /// Notes something worth knowing.
    public func warn(_ message: String, at place: Place) {
        note(UserError(message, at: place), in: &warnings)
    }

    /// Notes that a secret is written at a place, so that it is never shown.
    func markSecret(at place: Place) { secretPlaces.insert(place) }

    /// More problems than anybody reads are not kept.
    private func note(_ problem: UserError, in list: inout [UserError]) {
        // An alias is decoded at each of its uses; the fault stands in one place.
        if list.count < 1000, !list.contains(problem) { list.append(problem) }
    }

    /// Decodes a file that the configuration includes: its paths start from its own folder.
    public func including(_ path: String, _ body: () -> Void) {
        let outer = folder
        folder = folderOf(path)
        body()
        folder = outer
    }

    /// A path as it is to be opened: relative ones start from the configuration's folder.
    public func path(_ path: String) -> String {
        folder.isEmpty || path.hasPrefix("/") || path.isEmpty ? path : "\(folder)/\(path)"
    }
}

/// The folder that a file is in; empty for the current one.
func folderOf(_ path: String) -> String {
    path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
}

/// The problems in the order in which they stand: file by file as first met, then line and column.
public func sortedByPlace(_ problems: [UserError]) -> [UserError] {
    var rank: [String: Int] = [:]
    for problem in problems {
        let file = problem.place?.file ?? ""
        if rank[file] == nil { rank[file] = rank.count }
    }
    return problems.enumerated().sorted { a, b in
        let x = a.element.place
        let y = b.element.place
        return (rank[x?.file ?? ""] ?? 0, x?.line ?? 0, x?.column ?? 0, a.offset)
            < (rank[y?.file ?? ""] ?? 0, y?.line ?? 0, y?.column ?? 0, b.offset)
    }.map(\.element)
}
