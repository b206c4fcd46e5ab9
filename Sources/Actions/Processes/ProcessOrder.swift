/// A program to run, and with what.
struct ProcessOrder: Sendable {
    /// The program: its path, or a name to be looked for.
    var program: String
    /// The folders to look in, as `PATH` names them; nil for the usual ones.
    var searchPath: String?
    /// Its arguments, its own name first.
    var arguments: [String]
    /// All of its environment.
    var environment: [String: String] = [:]
    /// The folder it begins in; nil for ours.
    var directory: String?
    /// What it can read from its standard input; nil for nothing.
    var input: [UInt8]?
    /// Whether its standard output is a report that is kept apart from what it prints; else both are printed.
    var reports = false
    /// Whether nothing of it may live on, not even in the background.
    var endsAlone = false
    /// How long it has after being asked to stop before it is killed, in milliseconds.
    var grace: Int64 = 1000

    /// A program and its arguments.
    init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }
}

/// How a program ended.
struct ProcessEnd: Sendable {
    /// In which way.
    enum Manner: Sendable, Equatable {
        /// By itself, with an exit code.
        case exited(Int)
        /// By a signal that we did not send.
        case signalled(Int32)
        /// Its time was over.
        case timedOut
        /// It was not wanted any more.
        case cancelled
        /// Nobody could say.
        case unknown
    }

    /// In which way.
    var manner: Manner
    /// The end of what it printed.
    var output: String
    /// The end of its report, when it was to give one.
    var report: [UInt8]
    /// Whether nothing could end it: it hangs in the kernel, or is another user's.
    var stillRuns = false
}
