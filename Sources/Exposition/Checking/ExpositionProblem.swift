import Model

/// Something that is wrong with an exposition.
public struct ExpositionProblem: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: Sendable, Hashable {
        /// The exposition is not valid.
        case error
        /// It is valid, but not as good manners have it.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// The family it is about, when it is about one.
    public var family: String?
    /// What is wrong, in one line.
    public var message: String
    /// Where it stands.
    public var place: Place
}

extension ExpositionProblem: CustomStringConvertible {
    /// `metrics.txt:3:1: error: a: second TYPE line`
    public var description: String {
        "\(place): \(severity == .error ? "error" : "warning"): \(family.map { "\($0): " } ?? "")\(message)"
    }
}

/// Judges a whole exposition strictly: its lines, and what holds between them. Problems come in the order of the text;
/// it is valid when none of them is an error. A line that cannot be read ends the check.
public func checkExposition(_ body: PaddedBytes, format: ExpositionFormat, file: String? = nil) -> [ExpositionProblem] {
    var reader = ExpositionReader(body, format: format, mode: .strict, file: file)
    do throws(UserError) {
        while try reader.next() != nil {}
        return []
    } catch {
        let place = error.place ?? Place(file: file, line: 1, column: 1)
        return [ExpositionProblem(severity: .error, family: nil, message: error.message, place: place)]
    }
}
