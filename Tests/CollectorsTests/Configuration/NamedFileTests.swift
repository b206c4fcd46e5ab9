import Configuration
import Model
import Testing

@testable import Collectors

/// What a check says of the files that a configuration names.
@Suite struct NamedFileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// All problems of a text in the folder, with the folder's path taken away.
    private func problems(_ text: String, looking: Bool = true) -> [String] {
        let context = DecodingContext(folder: folder.path, files: .system, lookingAtNamedFiles: looking)
        do {
            let loaded = try loadConfiguration(Array(text.utf8), in: context) { WholeConfiguration($0) }
            return loaded.warnings.map { "warning \(shown($0))" }
        } catch {
            return error.problems.map(shown)
        }
    }

    private func shown(_ problem: UserError) -> String {
        problem.description.replacing("\(folder.path)/", with: "")
    }

    private static let everyFile = """
        tls:
          cert_file: server.crt
          key_file: server.key
        auth:
          users:
          - name: u
            password_file: u.secret
        scrape_configs:
        - job_name: a
          basic_auth:
            username_file: name
            password_file: password
          tls_config: {ca_file: ca, cert_file: crt, key_file: key}
        - job_name: b
          authorization: {credentials_file: token}
          http_sd_configs:
          - url: http://sd/
            bearer_token_file: old

        """
    /// Where each of them is named.
    private static let places = [
        ("server.crt", "line 2, column 14"), ("server.key", "line 3, column 13"), ("u.secret", "line 7, column 20"),
        ("name", "line 11, column 20"), ("password", "line 12, column 20"), ("ca", "line 13, column 25"),
        ("crt", "line 13, column 40"), ("key", "line 13, column 55"), ("token", "line 15, column 37"),
        ("old", "line 18, column 24"),
    ]

    @Test func whatIsMissingIsAnErrorWithItsPlace() throws {
        #expect(
            problems(Self.everyFile) == Self.places.map { "\($1): cannot read \($0): No such file or directory" })
        for (name, _) in Self.places { try folder.write(name, "x") }
        #expect(problems(Self.everyFile) == [])
    }

    /// A file server that is gone must not keep the appliance from starting.
    @Test func onlyACheckLooks() {
        #expect(problems(Self.everyFile, looking: false) == [])
    }

    @Test func aFolderIsNoFile() {
        #expect(
            problems("scrape_configs:\n- {job_name: a, authorization: {credentials_file: .}}\n")
                == ["line 2, column 51: cannot read .: Is a directory"])
    }

    @Test func emptyNamesNameNothing() {
        let job = "{job_name: a, tls_config: {ca_file: ''}, basic_auth: {username: u, password_file: ''}}"
        #expect(problems("scrape_configs:\n- \(job)\n") == [])
    }

    @Test func targetFiles() throws {
        let text = "scrape_configs:\n- job_name: a\n  file_sd_configs:\n  - files: [targets/*.json, b.yml]\n"
        #expect(
            problems(text) == [
                "warning line 4, column 13: no file fits `targets/*.json`: it has no targets",
                "warning line 4, column 29: no file fits `b.yml`: it has no targets",
            ])
        try folder.write("b.yml", "- targets: [x]\n")
        #expect(problems(text) == ["warning line 4, column 13: no file fits `targets/*.json`: it has no targets"])
        try folder.write("b.yml", "- targts: [x]\n")
        #expect(problems(text) == ["b.yml:1:3: unknown key `targts`, did you mean `targets`?"])
    }
}
