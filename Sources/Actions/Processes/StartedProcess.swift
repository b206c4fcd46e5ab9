import CPlatform
import Glibc
import Model

/// A program that runs, and our ends of its pipes. It belongs to the thread that started it, which must stay until `reap`.
struct StartedProcess: ~Copyable {
    /// Its number, and that of its process group.
    let id: Int32
    /// Readable when it has ended.
    let ending: Int32
    /// What it prints.
    let output: Int32
    /// What it reports, or -1.
    let report: Int32

    /// Starts a program. Throws when it cannot be run.
    init(_ order: ProcessOrder) throws(UserError) {
        let name = order.arguments.first ?? order.program
        let program = try findProgram(order.program, inFoldersOf: order.searchPath)
        let input = order.input.map { platform_memory_file($0, $0.count) } ?? open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("cannot give \(name) its input", errno) }
        defer { close(input) }
        let printed = try Pipe(for: name)
        defer { close(printed.writing) }
        var reported: Pipe?
        if order.reports {
            do {
                reported = try Pipe(for: name)
            } catch {
                close(printed.reading)
                throw error
            }
        }
        defer { if let reported { close(reported.writing) } }

        let started = withStrings(order.arguments) { arguments in
            withStrings(order.environment.map { "\($0.key)=\($0.value)" }) { environment in
                program.withCString { program in
                    withOptional(order.directory) { directory in
                        var request = platform_process_order(
                            program: program, arguments: arguments, environment: environment, directory: directory,
                            input: input, output: (reported ?? printed).writing, errors: printed.writing,
                            // What must not live on is not asked whether it wants to end.
                            last_signal: order.endsAlone ? SIGKILL : SIGTERM)
                        return platform_process_start(&request)
                    }
                }
            }
        }
        guard started.error == 0 else {
            close(printed.reading)
            if let reported { close(reported.reading) }
            let what =
                started.step == platform_process_entering_directory
                ? "cannot run \(name) in \(order.directory ?? "")" : "cannot run \(name)"
            throw failure(what, started.error)
        }
        id = started.pid
        ending = started.pidfd
        output = printed.reading
        report = reported?.reading ?? -1
    }

    deinit {
        for descriptor in [ending, output, report] where descriptor >= 0 { close(descriptor) }
    }

    /// Sends a signal to it and to all that it started and that stayed in its group. To be called before `reap`: until then the
    /// number is its own.
    func send(_ signal: Int32) { kill(-id, signal) }

    /// Waits for its end, and takes it out of the list of processes.
    func reap() -> ProcessEnd.Manner {
        var code: Int32 = 0
        var signal: Int32 = 0
        guard platform_process_reap(id, &code, &signal) != 0 else { return .unknown }
        return signal == 0 ? .exited(Int(code)) : .signalled(signal)
    }
}

/// A pipe out of a child.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init(for name: String) throws(UserError) {
        var ends: (reading: Int32, writing: Int32) = (-1, -1)
        guard platform_pipe(&ends.reading, &ends.writing) == 0 else {
            throw failure("cannot make a pipe for \(name)", errno)
        }
        (reading, writing) = ends
    }
}

private func failure(_ what: String, _ code: Int32) -> UserError {
    UserError("\(what): \(String(cString: strerror(code)))")
}

/// Strings as C has a list of them, with NULL behind the last.
private func withStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { list in
        guard let start = list.baseAddress else { preconditionFailure("BUG: a list with an element has no place") }
        return body(start)
    }
}

private func withOptional<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}
