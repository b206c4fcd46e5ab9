import Glibc
import Model
import Threads

/// How the helper process of plugins is started.
public struct PluginHost: Sendable {
    /// The program.
    public var program: String
    /// Its arguments, its own name first: what is to be done and the plugin's path follow.
    public var arguments: [String]

    /// A program that calls `runPluginHost` with what follows these arguments.
    public init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    /// This program itself, also when its file has been replaced meanwhile.
    public static let itself = PluginHost(program: "/proc/self/exe", arguments: ["vedette", "plugin-host"])
}

/// What the helper is asked to do.
enum PluginTask: String {
    case validate
    case execute
}

/// The helper process of a plugin: loads it, calls one of its functions with what standard input says, tells standard output what came
/// of it, and ends at once. `arguments`: what is to be done, and the plugin's path. Comes back only if it was called wrongly.
public func runPluginHost(arguments: [String]) -> Int32 {
    guard arguments.count == 2, let task = PluginTask(rawValue: arguments[0]) else { return 2 }
    let path = arguments[1]
    // Whatever the plugin prints goes where errors go: what is reported stands alone.
    let report = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
    guard report >= 0, dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { return 1 }
    volunteerForOutOfMemory()
    do throws(UserError) {
        let thread = try Thread(name: "plugin") { host(task, path, report) }
        thread.join()
    } catch {
        tell(failure(error), report)
    }
    return 1
}

/// Does it, in a thread with the stack and the signals that a plugin may expect.
private func host(_ task: PluginTask, _ path: String, _ report: Int32) {
    signal(SIGPIPE, SIG_DFL)
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    let process = getpid()
    let (settings, event) = readInput()
    var answer: PluginReport
    do throws(UserError) {
        let plugin = try PluginLibrary(path: path)
        switch task {
        case .validate: answer = plugin.validate(settings: settings)
        case .execute: answer = plugin.execute(event: event, settings: settings)
        }
    } catch {
        answer = failure(error)
    }
    // A copy of the process that the plugin made must not answer for it.
    if getpid() != process { _exit(1) }
    tell(answer, report)
}

private func failure(_ error: UserError) -> PluginReport {
    var report = PluginReport()
    report.error = error.message
    return report
}

/// Tells the report and ends, before anything of the plugin can run again.
private func tell(_ answer: PluginReport, _ descriptor: Int32) -> Never {
    // What it printed may still lie in a buffer of its C library, which is ours too.
    fflush(nil)
    answer.json.withUnsafeBytes { bytes in
        var rest = bytes
        while !rest.isEmpty {
            let written = write(descriptor, rest.baseAddress, rest.count)
            if written <= 0 { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
    _exit(0)
}

/// The settings, on the first line, and the event behind it.
private func readInput() -> (settings: String, event: String) {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = block.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        if count <= 0 { break }
        bytes.append(contentsOf: block[..<count])
    }
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
    func text(_ part: Int) -> String { parts.count > part ? String(decoding: parts[part], as: UTF8.self) : "" }
    return (text(0), text(1))
}

/// Where memory runs out the kernel looks for somebody to kill: this process rather than the one that watches.
private func volunteerForOutOfMemory() {
    let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
    if file < 0 { return }
    write(file, "1000", 4)
    close(file)
}
