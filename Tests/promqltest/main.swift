import Foundation
import Model
import PromQLScripts

// Runs the scripts of a directory against the query engine: `promqltest DIR`. A line a file, and what failed below it.

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: promqltest DIR\n".utf8))
    exit(2)
}
let directory = CommandLine.arguments[1]
let names: [String]
do {
    names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".test") }.sorted()
} catch {
    FileHandle.standardError.write(Data("promqltest: cannot list \(directory): \(error.localizedDescription)\n".utf8))
    exit(1)
}
var passed = 0
var failed = 0
for name in names {
    do {
        let script = try Script(String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8))
        let outcome = ScriptRunner.run(script)
        passed += outcome.passed
        failed += outcome.failures.count
        print("\(name): \(outcome.passed) passed, \(outcome.failures.count) failed")
        for failure in outcome.failures { print("  \(name):\(failure)") }
    } catch {
        failed += 1
        print("\(name): cannot be read: \(error)")
    }
}
print("\(passed) passed, \(failed) failed")
exit(failed == 0 && passed > 0 ? 0 : 1)
