import CCurl
import CDeflate
import CMicrohttpd
import CRE2
import CRevision
import CSQLite
import CYAML
import CZlib
import Glibc

/// What this is.
enum Version {
    static let number = "0.1.0"
    /// The commit it was built from, `unknown` unless `make build` said it.
    static let revision = String(cString: vedette_revision())
}

let versionCommand = Command(words: ["version"], summary: "say what this is, and with which libraries it runs") { _ in
    write(versionText(), to: STDOUT_FILENO)
    return 0
}

/// The version and commit, and a line for each library: as it is loaded, or else as it was built against.
func versionText() -> String {
    var libraries = [
        ("SQLite", sqlite3_libversion()),
        ("libcurl", curl_version_info(CURLVERSION_TENTH)?.pointee.version),
        ("libmicrohttpd", MHD_get_version()),
        ("libyaml", yaml_get_version_string()),
        ("zlib", zlibVersion()),
        ("libdeflate", cdeflate_version()),
    ].map { name, version in "\(name) \(version.map { String(cString: $0) } ?? "unknown")" }
    if let library = cre2_library() { libraries.append("RE2 (\(String(cString: library)))") }
    return "vedette \(Version.number)\n  commit \(Version.revision)\n\(libraries.map { "  \($0)\n" }.joined())"
}
