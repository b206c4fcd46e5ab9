import Model
import Patterns

extension RelabelRule {
    /// Prometheus's defaults.
    public enum Default {
        /// Between the values of the source labels.
        public static let separator = ";"
        /// Matches everything and captures it.
        public static let regex = "(.*)"
        /// What was captured.
        public static let replacement = "$1"
    }

    /// A step; throws what is wrong with it. Where nil is given Prometheus's default counts.
    public init(
        action: Action = .replace, sourceLabels: [String] = [], separator: String? = nil,
        regex: RegularExpression? = nil,
        modulus: UInt64 = 0, targetLabel: String = "", replacement: String? = nil, legacyNames: Bool = false
    ) throws(UserError) {
        self.action = action
        self.sourceLabels = sourceLabels
        self.separator = separator ?? Default.separator
        if let regex { self.regex = regex } else { self.regex = try RegularExpression(Default.regex) }
        self.modulus = modulus
        self.targetLabel = targetLabel
        self.replacement = replacement ?? Default.replacement
        self.legacyNames = legacyNames
        matchesEverything = sameBytes(self.regex.pattern, Default.regex)
        targetIsTemplate = isTemplate(targetLabel)
        let asIs = self.replacement == "$1" || self.replacement == "${1}"
        replacementForm = !isTemplate(self.replacement) ? .literal : matchesEverything && asIs ? .wholeValue : .general
        try check()
    }

    private func check() throws(UserError) {
        for name in sourceLabels where !isUsableName(name) {
            throw UserError("\(quoted(name)) is not a valid label name")
        }
        switch action {
        case .replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal:
            if targetLabel.isEmpty { throw UserError("the action `\(action.rawValue)` needs a `target_label`") }
            let template = action == .replace && targetIsTemplate
            guard template ? isUsableNameTemplate(targetLabel) : isUsableName(targetLabel) else {
                throw UserError("\(quoted(targetLabel)) is not a valid `target_label`")
            }
        default: break
        }
        switch action {
        case .hashmod:
            if modulus == 0 { throw UserError("the action `hashmod` needs a `modulus` above 0") }
        case .lowercase, .uppercase:
            if replacement != Default.replacement {
                throw UserError("the action `\(action.rawValue)` has no `replacement`")
            }
        case .keepequal, .dropequal:
            if !matchesEverything || modulus != 0 || separator != Default.separator
                || replacement != Default.replacement
            {
                throw UserError("the action `\(action.rawValue)` has only `source_labels` and `target_label`")
            }
        case .labelmap:
            guard isUsableNameTemplate(replacement) else {
                throw UserError("\(quoted(replacement)) is not a valid `replacement` for the action `labelmap`")
            }
        case .labeldrop, .labelkeep:
            if !sourceLabels.isEmpty || !targetLabel.isEmpty || modulus != 0 || separator != Default.separator
                || replacement != Default.replacement
            {
                throw UserError("the action `\(action.rawValue)` has only a `regex`")
            }
        case .replace, .keep, .drop: break
        }
    }

    /// Whether a name may be a label's.
    func isUsableName(_ name: String) -> Bool {
        legacyNames ? isLegacyLabelName(name) : !name.isEmpty
    }

    /// Whether a template may make a label's name: legacy names with `$1`, `${1}` or `${name}` anywhere in them.
    private func isUsableNameTemplate(_ template: String) -> Bool {
        guard legacyNames else { return !template.isEmpty }
        var rest = template.utf8[...]
        var first = true
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "$") {
                let braced = rest.first == UInt8(ascii: "{")
                if braced { rest.removeFirst() }
                let reference = rest.prefix(while: isNameByte)
                rest = rest[reference.endIndex...]
                if reference.isEmpty || (braced && rest.popFirst() != UInt8(ascii: "}")) { return false }
            } else if !isNameByte(byte) || (first && isDigit(byte)) {
                return false
            }
            first = false
        }
        return !first
    }
}

private func isTemplate(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "$")) }

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

private func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (byte & 0xdf) &- UInt8(ascii: "A") < 26
}
