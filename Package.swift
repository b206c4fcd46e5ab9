// swift-tools-version: 6.2
import PackageDescription

// Every room of the house is a target with exactly the doors it may use: arrows point down only (docs/architecture.md).

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

/// A room: a target under `Sources/` with its doors.
func room(_ name: String, _ doors: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: doors, swiftSettings: strict)
}

/// The tests of one room, under `Tests/`.
func tests(of name: String, _ doors: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + doors, swiftSettings: strict)
}

/// A fuzz target, under `Fuzz/`; see Fuzz/fuzz.sh.
func fuzzer(_ name: String, _ doors: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "fuzz-\(name)", dependencies: doors + ["CFuzzer"], path: "Fuzz/\(name)",
        exclude: ["dictionary", "seeds.sh"],
        swiftSettings: strict)
}

/// The commit that is built, as `make build` says; `unknown` for any other build. It is a flag of one small file, so that a
/// new commit compiles nothing else again.
let revision = Context.environment["VEDETTE_REVISION"].flatMap { name in
    name.isEmpty || !name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ? nil : name
}

let package = Package(
    name: "vedette",
    products: [
        .executable(name: "vedette", targets: ["Vedette"])
    ],
    targets: [
        // Floor 0: C libraries, and files built into the binary.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        // Debian ships no pkg-config file of it.
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CPlatform"),
        .target(
            name: "CRevision", cSettings: [.define("VEDETTE_REVISION", to: "\"\(revision ?? "unknown")\"")]),
        .target(name: "CMigrations", path: "migrations", sources: ["migrations.c"]),
        .target(name: "CWebStatic", path: "web-static", sources: ["web-static.c"]),

        // Floor 1: plain values.
        room("Model", []),
        room("Logging", ["Model"]),
        room("Instruments", []),
        room("Threads", ["Model", "CPlatform"]),

        // Floor 2: one craft each.
        room("Patterns", ["Model", "CRE2"]),
        room("Configuration", ["Model", "CYAML"]),
        room("Exposition", ["Model", "Patterns", "CPlatform"]),
        room("PromQL", ["Model", "Patterns"]),
        room("RemoteWrite", ["Model", "CSnappy"]),
        room("Templates", ["Model", "Patterns"]),
        room("HTTPClient", ["Model", "Threads", "CCurl", "CZlib", "CPlatform"]),

        // Floor 3: requests as the configuration has them, the file, the cluster, and what can be done in the world.
        room("Requests", ["Model", "Configuration", "HTTPClient"]),
        room(
            "Store",
            [
                "Model", "Instruments", "Threads", "Patterns", "Logging", "CSQLite", "CDeflate", "CMigrations",
                "CPlatform",
            ]),
        room("Kubernetes", ["Model", "Threads", "Configuration", "HTTPClient"]),
        room(
            "Actions",
            ["Model", "Logging", "Threads", "Configuration", "Templates", "HTTPClient", "Requests", "CPlatform"]),

        // Floor 4: those who write into the store, judge from it, and answer from it.
        room(
            "Collectors",
            [
                "Model", "Logging", "Instruments", "Threads", "Patterns", "Configuration", "Exposition", "HTTPClient",
                "Requests", "Store", "Kubernetes", "CPlatform",
            ]),
        room(
            "Rules",
            [
                "Model", "Instruments", "Logging", "Threads", "Patterns", "Configuration", "PromQL", "Templates",
                "HTTPClient", "Requests", "Store", "Kubernetes", "Actions", "CPlatform",
            ]),
        room(
            "HTTPAPI",
            [
                "Model", "Logging", "Instruments", "Threads", "Patterns", "Configuration", "Exposition", "PromQL",
                "RemoteWrite", "Store",
                "CMicrohttpd", "CZlib", "CWebStatic", "CPlatform",
            ]),

        // Floor 5: the executable.
        .executableTarget(
            name: "Vedette",
            dependencies: [
                "Model", "Logging", "Instruments", "Patterns", "Configuration", "Exposition", "HTTPClient", "Store",
                "Collectors", "Kubernetes", "Actions", "Templates", "Rules", "RemoteWrite", "HTTPAPI", "PromQL",
                "Threads",
                "CPlatform", "CSQLite", "CCurl",
                "CMicrohttpd", "CYAML", "CZlib", "CDeflate", "CRE2", "CRevision",
            ],
            swiftSettings: strict),

        // Measures what the store costs (docs/performance.md).
        .executableTarget(
            name: "StoreBench", dependencies: ["Store", "Model", "Logging", "Instruments"], path: "bench/StoreBench",
            swiftSettings: strict),

        // Measures what queries cost.
        .executableTarget(
            name: "QueryBench", dependencies: ["Store", "PromQL", "Model", "Logging", "Instruments"],
            path: "bench/QueryBench", swiftSettings: strict),

        .executableTarget(
            name: "ReaderBench", dependencies: ["Model", "Exposition"], path: "bench/reader", exclude: ["run.sh"],
            swiftSettings: strict),

        // What the tests of several rooms need: servers that behave as badly as told.
        .target(name: "TestSupport", dependencies: ["Threads", "CZlib"], path: "Tests/Support", swiftSettings: strict),
        // An API server of Kubernetes for tests.
        .target(
            name: "ClusterSupport", dependencies: ["Model", "HTTPAPI"], path: "Tests/ClusterSupport",
            swiftSettings: strict),
        // Bodies of remote writes, as the tests of two rooms need them.
        .target(
            name: "WriteBodies", dependencies: ["Model", "CSnappy"], path: "Tests/WriteBodies", swiftSettings: strict),
        tests(of: "Model"),
        tests(of: "Logging", ["Model"]),
        tests(of: "Threads"),
        tests(of: "Patterns", ["Model"]),
        tests(of: "Instruments"),
        tests(of: "Configuration", ["Model"]),
        tests(of: "Exposition", ["Model"]),
        tests(of: "HTTPClient", ["Model", "Threads", "TestSupport"]),
        tests(of: "Requests", ["Model", "Configuration", "HTTPClient"]),
        tests(of: "Kubernetes", ["Model", "HTTPClient", "ClusterSupport"]),
        tests(of: "Store", ["Model", "Instruments", "Patterns", "Logging", "Threads", "CSQLite"]),
        tests(
            of: "Collectors",
            [
                "Model", "Configuration", "Exposition", "HTTPClient", "Store", "Instruments", "Logging", "Patterns",
                "Threads",
                "Kubernetes", "TestSupport", "ClusterSupport",
            ]),
        // Prometheus's own test scripts, run by `make promqltest` and within the tests.
        .target(
            name: "PromQLScripts", dependencies: ["Model", "Patterns", "PromQL"], path: "Tests/PromQLScripts",
            swiftSettings: strict),
        .executableTarget(
            name: "promqltest", dependencies: ["Model", "PromQLScripts"], path: "Tests/promqltest",
            swiftSettings: strict),
        tests(of: "PromQL", ["Model", "PromQLScripts"]),
        tests(of: "RemoteWrite", ["Model", "CSnappy", "WriteBodies"]),
        tests(of: "Templates", ["Model", "Threads"]),
        tests(
            of: "Actions",
            [
                "Model", "Logging", "Threads", "Configuration", "Templates", "HTTPClient", "Requests", "CPlatform",
                "TestSupport",
            ]),
        tests(
            of: "Rules",
            [
                "Model", "Instruments", "Logging", "Threads", "Patterns", "Configuration", "PromQL", "Templates",
                "HTTPClient", "Store", "Kubernetes", "Actions", "TestSupport", "ClusterSupport",
            ]),
        tests(
            of: "HTTPAPI",
            ["Model", "Logging", "Instruments", "Exposition", "PromQL", "RemoteWrite", "Store", "WriteBodies"]),
        tests(
            of: "Vedette",
            [
                "Model", "Logging", "Actions", "Instruments", "Configuration", "Exposition", "HTTPAPI", "PromQL",
                "Rules", "Store",
            ]),
        .testTarget(
            name: "EndToEndTests", dependencies: ["ClusterSupport"], exclude: ["RuleFiles"], swiftSettings: strict),
    ],
    cLanguageStandard: .gnu2x,
    cxxLanguageStandard: .cxx17
)

// Only the fuzzer itself can link these: no ordinary build sees them.
if Context.environment["VEDETTE_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        fuzzer("exposition", ["Model", "Exposition"]),
        fuzzer("configuration", ["Model", "Configuration", "Collectors"]),
        fuzzer("query", ["Model", "PromQL"]),
        fuzzer("rules", ["Model", "Configuration", "PromQL", "Rules"]),
        fuzzer("remotewrite", ["Model", "RemoteWrite"]),
    ]
}
