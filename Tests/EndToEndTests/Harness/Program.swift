import Foundation
import Synchronization

/// Held while a process is started and while a descriptor exists that is not yet marked as our own: a connection that
/// a child inherited would stay open when we close it.
let makingDescriptors = Mutex(())

/// A program that runs: known by its process id, ended by it, and gone at the latest with this object.
/// What it says goes into files, so that no full pipe ever stops it.
final class Program: Sendable {
    /// How a program ended.
    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    let pid: pid_t
    /// Kept as long as the program is: its files lie there.
    private let directory: Workplace
    private let outputPath: String
    private let errorsPath: String
    private let ending = Mutex<Ending?>(nil)

    init(
        _ path: String, _ arguments: [String], in directory: Workplace, environment: [String: String] = [:],
        input: String = "/dev/null"
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("cannot find the program \(path)")
        }
        self.directory = directory
        let run = UUID().uuidString.prefix(8)
        outputPath = directory.file("out-\(run)")
        errorsPath = directory.file("err-\(run)")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorsPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        // Nothing of this machine's own settings may decide how a test ends.
        var variables = ["PATH": "/usr/bin:/bin", "HOME": directory.path, "TZ": "UTC", "LC_ALL": "C.UTF-8"]
        variables.merge(environment) { _, given in given }
        var argumentTexts: [UnsafeMutablePointer<CChar>?] =
            (["env", "--chdir", directory.path, path] + arguments).map { strdup($0) } + [nil]
        var variableTexts: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argumentTexts + variableTexts).forEach { free($0) } }
        var started: pid_t = 0
        // `env` changes into the directory and becomes the program: the process id stays.
        let result = makingDescriptors.withLock { _ in
            posix_spawn(&started, "/usr/bin/env", &actions, nil, &argumentTexts, &variableTexts)
        }
        guard result == 0 else { throw Failure("cannot start \(path): \(String(cString: strerror(result)))") }
        pid = started
    }

    deinit {
        guard check() == nil else { return }
        send(SIGKILL)
        _ = try? wait(within: 10)
    }

    var output: String { read(outputPath) }
    var errors: String { read(errorsPath) }

    private func read(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    func send(_ signal: Int32) {
        // A process that was waited for has given its id back: it may be somebody else's by now.
        if check() == nil { kill(pid, signal) }
    }

    /// How it ended, or nil while it runs.
    func check() -> Ending? {
        ending.withLock { ending in
            if ending != nil { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            ending = status & 0x7f == 0 ? .exit((status >> 8) & 0xff) : .signal(status & 0x7f)
            return ending
        }
    }

    func wait(within seconds: Double) throws -> Ending {
        try eventually("process \(pid) ends", within: seconds, every: 0.01) { check() }
    }
}

/// What a program that ran to its end left behind.
struct Outcome {
    let ending: Program.Ending
    let output: String
    let errors: String
}

/// Runs a program to its end.
func run(
    _ path: String, _ arguments: [String], in directory: Workplace, input: String? = nil,
    environment: [String: String] = [:], within seconds: Double = 60
) throws -> Outcome {
    var from = "/dev/null"
    if let input { from = try directory.write(input, to: "in-" + UUID().uuidString.prefix(8)) }
    let program = try Program(path, arguments, in: directory, environment: environment, input: from)
    let ending = try program.wait(within: seconds)
    return Outcome(ending: ending, output: program.output, errors: program.errors)
}
