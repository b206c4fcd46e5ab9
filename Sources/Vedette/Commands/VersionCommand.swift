import CCurl
import CMicrohttpd
import CSQLite
import CYAML
import CZlib
import Glibc

/// What this is.
enum Version {
    static let number = "0.1.0"
}

let versionCommand = Command(words: ["version"], summary: "say what this is, and with which libraries it runs") { _ in
    var libraries = [
        "SQLite \(String(cString: sqlite3_libversion()))",
        "libmicrohttpd \(String(cString: MHD_get_version()))",
        "libyaml \(String(cString: yaml_get_version_string()))",
        "zlib \(String(cString: zlibVersion()))",
    ]
    if let information = curl_version_info(CURLVERSION_TENTH)?.pointee, let version = information.version {
        libraries.insert("libcurl \(String(cString: version))", at: 1)
    }
    write("vedette \(Version.number)\n\(libraries.map { "  \($0)\n" }.joined())", to: STDOUT_FILENO)
    return 0
}
