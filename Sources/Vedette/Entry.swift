import CPlatform
import Configuration
import Glibc
import Logging
import Model
import Store

/// The program: finds the command, runs it, and says in one line why it could not.
@main
enum Entry {
    static func main() async {
        // A reader that has gone must not take the whole appliance with it.
        signal(SIGPIPE, SIG_IGN)
        platform_tune_malloc()
        platform_raise_file_limit()
        switch read(Array(CommandLine.arguments.dropFirst())) {
        case .failure(let error):
            complain(error.message)
            exit(2)
        case .success(.help(let text)):
            write(text, to: STDOUT_FILENO)
            exit(0)
        case .success(.run(let command, let invocation)):
            exit(await run(command, invocation))
        }
    }

    private static func read(_ words: [String]) -> Result<ReadCommandLine, UsageError> {
        Result { () throws(UsageError) in
            try CommandLineReader(commands: allCommands, environment: processEnvironment()).read(words)
        }
    }

    private static func run(_ command: Command, _ invocation: Invocation) async -> Int32 {
        do {
            return try await command.run(invocation)
        } catch let error as UsageError {
            complain(error.message)
            return 2
        } catch let error as ConfigurationError {
            for sentence in sentences(about: error) { complain(sentence) }
            return 1
        } catch {
            complain(saidPlainly(error))
            return 1
        }
    }
}

/// Writes one line to standard error.
func complain(_ message: String) { write("vedette: \(oneLine(message))\n", to: STDERR_FILENO) }

/// Writes text to a descriptor; what cannot be written there has nowhere else to go.
func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

/// Writes bytes to a descriptor.
func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { bytes in
        var rest = bytes
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written <= 0 { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}

/// The variables of the environment.
func processEnvironment() -> [String: String] {
    var found: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
        let text = String(cString: entry)
        if let equals = text.firstIndex(of: "=") {
            found[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        next += 1
    }
    return found
}
