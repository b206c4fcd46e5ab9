import Foundation

/// One connection to a mail server for tests.
final class SMTPTestSession {
    private let manners: SMTPTestServer.Manners
    private let connection: TestConnection
    private let server: SMTPTestServer
    private var tunnel: TLSTunnel?
    private var mail = SMTPTestServer.Received()

    init(_ manners: SMTPTestServer.Manners, _ connection: TestConnection, _ server: SMTPTestServer) {
        self.manners = manners
        self.connection = connection
        self.server = server
    }

    func run() {
        if manners.isTLSFromTheStart { encrypt() }
        guard answer("", manners.greeting) else { return }
        while let line = readLine() {
            let command = String(decoding: line, as: UTF8.self)
            server.hear(command)
            guard obey(command) else { return }
        }
    }

    private func obey(_ command: String) -> Bool {
        let word = command.split(separator: " ").first.map { $0.uppercased() } ?? ""
        switch word {
        case "EHLO":
            mail.hello = String(command.dropFirst(5))
            var lines = ["test", "8BITMIME", "SIZE 10000000"]
            if manners.certificate != nil, tunnel == nil { lines.append("STARTTLS") }
            if !manners.logins.isEmpty { lines.append("AUTH \(manners.logins.joined(separator: " "))") }
            let last = lines.removeLast()
            return answer(command, lines.map { "250-\($0)\r\n" }.joined() + "250 \(last)")
        case "STARTTLS":
            guard answer(command, "220 go ahead") else { return false }
            encrypt()
            return true
        case "AUTH": return logIn(command)
        case "MAIL":
            mail.from = String(command.dropFirst("MAIL FROM:".count))
            mail.recipients = []
            return answer(command, "250 ok")
        case "RCPT":
            if manners.instead(command) == nil { mail.recipients.append(String(command.dropFirst("RCPT TO:".count))) }
            return answer(command, "250 ok")
        case "DATA":
            return answer(command, "354 go ahead") && (manners.instead(command) != nil || takeMessage())
        case "QUIT":
            _ = answer(command, "221 bye")
            return false
        default: return answer(command, "502 what?")
        }
    }

    private func takeMessage() -> Bool {
        mail.wire = []
        while let line = readLine() {
            if line == [UInt8(ascii: ".")] {
                mail.isEncrypted = tunnel != nil
                if manners.instead(".") == nil { server.take(mail) }
                return answer(".", "250 taken as 42")
            }
            mail.wire.append(line)
        }
        return false
    }

    private func logIn(_ command: String) -> Bool {
        if manners.instead(command) != nil { return answer(command, "") }
        let words = command.split(separator: " ")
        func decoded(_ text: some StringProtocol) -> [String] {
            Data(base64Encoded: String(text)).map {
                $0.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
            } ?? []
        }
        if words.count > 1, words[1] == "LOGIN" {
            var given = words.count > 2 ? decoded(words[2]) : []
            while given.count < 2 {
                _ = say(given.isEmpty ? "334 VXNlcm5hbWU6" : "334 UGFzc3dvcmQ6")
                guard let line = readLine() else { return false }
                given += decoded(String(decoding: line, as: UTF8.self))
            }
            mail.login = given
        } else {
            var initial = words.count > 2 ? String(words[2]) : ""
            if initial.isEmpty {
                _ = say("334 ")
                guard let line = readLine() else { return false }
                initial = String(decoding: line, as: UTF8.self)
            }
            mail.login = Array(decoded(initial).dropFirst())
        }
        return answer("AUTH", "235 welcome")
    }

    /// Answers what is right, or what it was told to do instead. False at the end of the connection.
    private func answer(_ command: String, _ right: String) -> Bool {
        switch manners.instead(command) {
        case nil: return say(right)
        case .line(let line): return say(line)
        case .close: return false
        case .hang:
            connection.linger()
            return false
        }
    }

    private func say(_ line: String) -> Bool {
        let bytes = Array("\(line)\r\n".utf8)
        return tunnel?.write(bytes) ?? connection.write(bytes)
    }

    private func readLine() -> [UInt8]? {
        if let tunnel { tunnel.readLine() } else { connection.readLine() }
    }

    private func encrypt() {
        guard let (certificates, name) = manners.certificate else { return }
        do {
            tunnel = try TLSTunnel(certificates, name, on: connection)
        } catch {
            print("cannot speak TLS in a test: \(error)")
        }
    }
}
