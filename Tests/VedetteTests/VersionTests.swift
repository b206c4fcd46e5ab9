import Instruments
import Testing

@testable import Vedette

@Suite struct VersionTests {
    @Test func namesTheCommitAndEveryLibrary() throws {
        let lines = versionText().split(separator: "\n").map(String.init)
        #expect(lines.first == "vedette \(Version.number)")
        let wanted = [
            #"  SQLite \d"#, #"  libcurl \d"#, #"  libmicrohttpd \d"#, #"  libyaml \d"#, #"  zlib \d"#,
            #"  libdeflate \d"#, #"  RE2 \(libre2\.so\.\d+\)$"#,
        ]
        #expect(lines.count == 2 + wanted.count)
        for (line, pattern) in zip(lines.dropFirst(2), wanted) {
            #expect(line.contains(try Regex("^" + pattern)), "\(line)")
        }
    }

    /// Only `make` says the commit. A build from elsewhere must not pretend to know it.
    @Test func theCommitIsOneOrUnknown() throws {
        #expect(Version.revision.contains(try Regex("^(unknown|[0-9a-f]{40}(-modified)?)$")), "\(Version.revision)")
        #expect(versionText().contains("\n  commit \(Version.revision)\n"))
    }

    @Test func theCommitIsInTheFigures() throws {
        let registry = Registry()
        ApplianceState(try VedetteConfiguration.standard(), at: 0).register(registry)
        let labels = registry.snapshots().first { $0.name == "vedette_build_info" }?.samples.first?.labels
        #expect(labels?.map(\.name) == ["version", "revision"])
        #expect(labels?.map(\.value) == [Version.number, Version.revision])
    }
}
