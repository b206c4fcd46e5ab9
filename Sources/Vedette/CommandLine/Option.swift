/// An option of a command. Every option can be given in the environment too: `--log-level` as `VEDETTE_LOG_LEVEL`.
struct Option: Sendable {
    /// The name with its dashes, such as `--data`.
    let name: String
    /// What stands for its value in the help; empty for a flag, which has none.
    let placeholder: String
    /// One line of help.
    let help: String

    /// Whether it is a flag: on when it is given, without a value.
    var isFlag: Bool { placeholder.isEmpty }

    /// The option as the help shows it.
    var shown: String { isFlag ? name : "\(name) \(placeholder)" }

    /// The variable of the environment that gives it.
    var variable: String {
        "VEDETTE_" + name.dropFirst(2).map { $0 == "-" ? "_" : $0.uppercased() }.joined()
    }

    static let config = Option(
        name: "--config", placeholder: "FILE", help: "the configuration; without one the host is watched")
    static let data = Option(name: "--data", placeholder: "FILE", help: "the database (default: vedette.db)")
    static let listen = Option(
        name: "--listen", placeholder: "ADDR:PORT",
        help: "where to listen (default: 127.0.0.1:7373; port 0 chooses one)")
    static let logFormat = Option(name: "--log-format", placeholder: "FORMAT", help: "text or json (default: text)")
    static let logLevel = Option(
        name: "--log-level", placeholder: "LEVEL", help: "debug, info, warn or error (default: info)")
}
