import Glibc
import Model
import Testing

@testable import Actions

/// The repository, from the place of this file in it.
let repository = String(#filePath.dropLast("/Tests/ActionsTests/Support/Plugins.swift".count))

/// The binary that was built beside the tests: plugins run in it.
let binary: String = {
    // Not the folder of this program: the tests may be a library to a program that lies elsewhere.
    let images = (contents(of: "/proc/self/maps") ?? "").split(separator: "\n")
    guard let line = images.first(where: { $0.hasSuffix(".xctest") }), let start = line.firstIndex(of: "/"),
        let end = line.lastIndex(of: "/")
    else { return "" }
    return "\(line[start..<end])/vedette"
}()

extension PluginAction {
    /// A plugin that runs in the binary.
    init(_ path: String, settings: String = "{}") {
        self.init(
            path: path, settings: Array(settings.utf8),
            host: PluginHost(program: binary, arguments: ["vedette", "plugin-host"]), environment: inherited)
    }
}

/// What programs of the tests have in their environment.
let inherited = ["PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"]

extension Scratch {
    /// Compiles a plugin whose `execute` has this body.
    func plugin(_ body: String, validate: String = "return 0;", abi: String = "1", named name: String = "plugin")
        async throws -> String
    {
        try await compile(
            """
            #include <signal.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>
            #include "vedette_plugin.h"
            uint32_t vedette_plugin_abi(void) { return \(abi); }
            const char *vedette_plugin_name(void) { return "\(name)"; }
            int vedette_plugin_validate(const char *settings, char *error, size_t error_size) { \(validate) }
            int vedette_plugin_execute(const char *event, const char *settings, char *output, size_t output_size,
                                       char *error, size_t error_size) { \(body) }
            """, to: "\(name).so")
    }

    /// Compiles a shared library.
    func compile(_ source: String, to name: String) async throws -> String {
        let source = write(source, to: "\(name).c")
        var order = ProcessOrder(
            program: "cc",
            arguments: [
                "cc", "-w", "-D_GNU_SOURCE", "-shared", "-fPIC", "-I", "\(repository)/include", "-o", file(name),
                source,
            ])
        order.environment = inherited
        let end = try await run(order, within: 30_000)
        try #require(end.manner == .exited(0), "\(end.output)")
        return file(name)
    }
}
