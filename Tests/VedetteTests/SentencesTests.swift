import Actions
import Configuration
import Logging
import Model
import Testing

@testable import Vedette

@Suite struct SentencesTests {
    @Test(arguments: [
        (UserError("cannot read a: no"), "cannot read a: no"),
        (UserError("it is wrong"), "cannot go on: it is wrong"),
        (UserError("cannot read a: no", at: Place(line: 1, column: 2)), "cannot read a: no (line 1, column 2)"),
        (UserError("wrong", at: Place(file: "f", line: 1, column: 2)), "cannot go on: wrong (f:1:2)"),
    ])
    func errorsAreSaidPlainly(error: UserError, sentence: String) { #expect(saidPlainly(error) == sentence) }

    @Test func everyProblemOfAConfigurationIsSaidAlike() throws {
        let text = "global:\n  scrape_intervall: 5s\n  scrape_timeout: soon\n"
        let error = try #require(throws: ConfigurationError.self) {
            try loadConfiguration(
                Array(text.utf8), file: "bad.yaml", in: DecodingContext(environment: [:], folder: ".")
            ) { VedetteConfiguration($0, using: ActionTools(logger: Logger())) }
        }
        let said = sentences(about: error)
        #expect(said.count == 2)
        #expect(said.allSatisfy { $0.hasPrefix("cannot use bad.yaml: ") && !$0.contains("\n") }, "\(said)")
        #expect(said.first?.hasSuffix(" (bad.yaml:2:3)") == true, "\(said)")
        #expect(said.first?.contains("scrape_interval") == true)
    }

    @Test func unreadableYAMLIsSaidAlikeToo() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try loadConfiguration(
                Array("global: [\n".utf8), file: "bad.yaml", in: DecodingContext(environment: [:], folder: ".")
            ) { VedetteConfiguration($0, using: ActionTools(logger: Logger())) }
        }
        let said = sentences(about: error)
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("cannot use bad.yaml: ") == true, "\(said)")
    }

    @Test func aMissingFileIsOneSentence() throws {
        let error = try #require(throws: ConfigurationError.self) { try VedetteConfiguration.load("/nonexistent.yaml") }
        #expect(sentences(about: error) == ["cannot read /nonexistent.yaml: No such file or directory"])
    }

    @Test(arguments: [("a\nb\rc\td", "a\\nb\\rc d"), ("a\u{1b}[31m\u{0}", "a\u{fffd}[31m\u{fffd}"), ("é…\"", "é…\"")])
    func aLineStaysOne(text: String, line: String) { #expect(oneLine(text) == line) }
}
