import Model

/// Judges a whole exposition strictly: its lines, what holds between them, and its manners (a help text for each family,
/// base units, `_total` on counters …). Problems come in the order of the text; the exposition is valid when none of them
/// is an error. A line that cannot be read ends the check. Of more problems than anybody reads the rest is only counted.
public func checkExposition(_ body: PaddedBytes, format: ExpositionFormat, file: String? = nil) -> [ExpositionProblem] {
    var check = DocumentCheck(body: body, format: format, file: file)
    var reader = ExpositionReader(body, format: format, mode: .strict, file: file)
    var unreadable: UserError?
    do throws(UserError) {
        while let event = try reader.next() { check.take(event) }
    } catch {
        unreadable = error
    }
    check.finish()
    var problems = check.problems.enumerated().sorted {
        ($0.element.place.line, $0.offset) < ($1.element.place.line, $1.offset)
    }
    .map(\.element)
    if let rest = check.theRest(behind: problems.last) { problems.append(rest) }
    if let unreadable {
        let place = unreadable.place ?? Place(file: file, line: 1, column: 1)
        problems.append(ExpositionProblem(severity: .error, family: nil, message: unreadable.message, place: place))
    }
    return problems
}

/// Goes through the events of a document and keeps account of its families.
struct DocumentCheck {
    let body: PaddedBytes
    let format: ExpositionFormat
    let file: String?
    private(set) var problems: [ExpositionProblem] = []
    /// Those beyond what is kept, and how bad the worst of them is.
    private var further = 0
    private var worstFurther = ExpositionProblem.Severity.warning
    private let kept = 10_000

    /// The family whose lines are being read.
    private var current: CheckedFamily?
    /// The families of the text format by name: there a family may go on after another.
    private var earlier: [[UInt8]: CheckedFamily] = [:]
    /// OpenMetrics: every name that a family so far may use for its samples, with that family.
    private var takenNames: [[UInt8]: String] = [:]

    init(body: PaddedBytes, format: ExpositionFormat, file: String?) {
        self.body = body
        self.format = format
        self.file = file
    }

    mutating func take(_ event: ExpositionEvent) {
        if event.kind == .sample {
            takeSample(event)
        } else {
            takeMetadata(event)
        }
    }

    mutating func finish() {
        close()
        for family in earlier.values { judgeManners(family) }
        earlier.removeAll()
    }

    private func place(_ event: ExpositionEvent) -> Place { Place(file: file, line: event.line, column: 1) }

    mutating func report(_ severity: ExpositionProblem.Severity, _ family: String?, _ message: String, at place: Place)
    {
        guard problems.count < kept else {
            further += 1
            if severity == .error { worstFurther = .error }
            return
        }
        problems.append(ExpositionProblem(severity: severity, family: family, message: message, place: place))
    }

    /// The problems that were not kept, as one.
    func theRest(behind last: ExpositionProblem?) -> ExpositionProblem? {
        guard further > 0, let last else { return nil }
        return ExpositionProblem(
            severity: worstFurther, family: nil, message: "\(further) further problems", place: last.place)
    }

    private mutating func takeMetadata(_ event: ExpositionEvent) {
        let name = familyName(event)
        turn(to: name, at: place(event))
        guard var family = current else { return }
        current = nil
        defer { current = family }
        let keyword = event.kind == .help ? "HELP" : event.kind == .type ? "TYPE" : "UNIT"
        let isRepeated =
            switch event.kind {
            case .help: family.hasHelp
            case .type: family.type != nil
            default: family.unit != nil
            }
        if isRepeated {
            report(.error, name, "second \(keyword) line", at: place(event))
        } else if family.hasSamples, format == .openMetrics || event.kind == .type {
            report(.error, name, "\(keyword) line behind the family's samples", at: place(event))
        }
        switch event.kind {
        case .help: family.hasHelp = true
        case .type: family.type = MetricType(token: body[event.value])
        default: family.unit = String(decoding: body[event.value], as: UTF8.self)
        }
    }

    private func familyName(_ event: ExpositionEvent) -> String {
        let text = body[event.text]
        guard text.first == UInt8(ascii: "\"") else { return String(decoding: text, as: UTF8.self) }
        return unescaped(body[event.text.lowerBound + 1..<event.text.upperBound - 1])
    }

    private mutating func takeSample(_ event: ExpositionEvent) {
        let sample: CheckedSample
        do throws(UserError) {
            sample = try CheckedSample(event, body, place: place(event))
        } catch {
            report(.error, nil, error.message, at: place(event))
            return
        }
        if current?.allows(sample.name, in: format) != true {
            // In OpenMetrics a sample that does not belong to the family before it begins one of its own name, even if that
            // is the very name of the family before: `close` then finds the name taken.
            if format == .openMetrics { close() }
            turn(to: familyOfSample(sample.name), at: sample.place)
        }
        guard var family = current else { return }
        current = nil
        let found = format == .openMetrics ? family.takeStrictly(sample) : family.takeLeniently(sample)
        current = family
        for message in found { report(.error, family.name, message, at: sample.place) }
    }

    /// The family that a sample of this name belongs to when it is not the current one.
    private func familyOfSample(_ name: String) -> String {
        guard format == .text else { return name }
        if earlier[Array(name.utf8)] == nil {
            for suffix in ["_bucket", "_count", "_sum"] where name.utf8.hasSuffix(suffix.utf8) {
                let base = droppingSuffix(suffix, of: name)
                if let family = earlier[Array(base.utf8)], family.allows(name, in: format) { return base }
            }
        }
        return name
    }

    /// Makes a family the current one.
    private mutating func turn(to name: String, at place: Place) {
        if let current, sameBytes(current.name, name) { return }
        close()
        if format == .text, let family = earlier.removeValue(forKey: Array(name.utf8)) {
            if family.hasSamples { report(.warning, name, "its lines do not stand together", at: place) }
            current = family
        } else {
            current = CheckedFamily(name: name, place: place)
        }
    }

    /// Takes leave of the current family.
    private mutating func close() {
        guard let family = current else { return }
        current = nil
        guard format == .openMetrics else {
            earlier[Array(family.name.utf8)] = family
            return
        }
        for message in family.completeness() { report(.error, family.name, message, at: family.place) }
        for name in family.claimedNames {
            if let owner = takenNames.updateValue(family.name, forKey: Array(name.utf8)) {
                let other = sameBytes(owner, family.name) ? "an earlier family" : "family \(owner)"
                report(
                    .error, family.name,
                    "the name \(name) already belongs to \(other): a family's lines stand together, under names of its type",
                    at: family.place)
            }
        }
        judgeManners(family)
    }

    private mutating func judgeManners(_ family: CheckedFamily) {
        guard family.hasSamples else { return }
        for message in namingWarnings(family, format: format) {
            report(.warning, family.name, message, at: family.place)
        }
    }
}
