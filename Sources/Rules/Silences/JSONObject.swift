import Model

/// An object of a JSON document that somebody sent; what is missing or of another kind is an error that says where.
struct JSONObject {
    private let members: [String: JSONValue]
    /// What is being read, for messages: `silence`.
    private let subject: String
    /// Where in the document it stands, with the point behind it: `matchers[2].`
    private let path: String

    /// The object that a document is.
    init(_ json: [UInt8], subject: String) throws(UserError) {
        try self.init(try JSONValue(json), subject: subject, path: "")
    }

    /// The object that a value is; `path` says where the value stands.
    init(_ value: JSONValue, subject: String, path: String) throws(UserError) {
        guard case .object(let members) = value else {
            let place = path.isEmpty ? "" : "`\(path)`: "
            throw UserError("cannot read \(subject): \(place)expected an object")
        }
        self.members = members
        self.subject = subject
        self.path = path.isEmpty ? "" : path + "."
    }

    /// Whether a member is there, and not null.
    func contains(_ name: String) -> Bool {
        switch members[name] {
        case nil, .null?: false
        default: true
        }
    }

    /// A text that must be there.
    func text(_ name: String) throws(UserError) -> String {
        guard case .string(let text) = try required(name) else { throw wrong(name, "expected a text") }
        return text
    }

    /// A truth value that must be there.
    func bool(_ name: String) throws(UserError) -> Bool {
        guard case .boolean(let truth) = try required(name) else { throw wrong(name, "expected true or false") }
        return truth
    }

    /// A truth value that may be missing.
    func bool(_ name: String, default absent: Bool) throws(UserError) -> Bool {
        contains(name) ? try bool(name) : absent
    }

    /// A whole number that must be there, within a range.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(UserError) -> Int64 {
        guard case .number(let digits) = try required(name), let number = Int64(digits), range.contains(number) else {
            throw wrong(name, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A time in RFC 3339 that must be there, in Unix milliseconds.
    func time(_ name: String) throws(UserError) -> Int64 {
        let text = try text(name)
        do {
            return try readTime(text)
        } catch {
            throw wrong(name, error.message)
        }
    }

    /// The elements of a list that must be there.
    func elements(_ name: String) throws(UserError) -> [JSONValue] {
        guard case .array(let elements) = try required(name) else { throw wrong(name, "expected a list") }
        return elements
    }

    /// An object that must be there.
    func object(_ name: String) throws(UserError) -> JSONObject {
        try JSONObject(try required(name), subject: subject, path: path + name)
    }

    /// The objects of a list that must be there.
    func objects(_ name: String) throws(UserError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for (index, element) in try elements(name).enumerated() {
            objects.append(try JSONObject(element, subject: subject, path: "\(path)\(name)[\(index)]"))
        }
        return objects
    }

    /// Labels that must be there.
    func labels(_ name: String) throws(UserError) -> Labels {
        guard let labels = Self.labels(try required(name)) else { throw wrong(name, "expected labels") }
        return labels
    }

    /// A list of labels that must be there.
    func labelSets(_ name: String) throws(UserError) -> [Labels] {
        let sets = try elements(name).map(Self.labels)
        let labels = sets.compactMap { $0 }
        if labels.count < sets.count { throw wrong(name, "expected labels") }
        return labels
    }

    private static func labels(_ value: JSONValue) -> Labels? {
        guard case .object(let members) = value else { return nil }
        let pairs = members.compactMap { member in member.value.text.map { Label(member.key, $0) } }
        return pairs.count < members.count ? nil : Labels(pairs)
    }

    /// The error that a member is not what it should be.
    func wrong(_ name: String, _ reason: String) -> UserError {
        UserError("cannot read \(subject): `\(path)\(name)`: \(reason)")
    }

    private func required(_ name: String) throws(UserError) -> JSONValue {
        guard contains(name), let value = members[name] else {
            throw UserError("cannot read \(subject): `\(path)\(name)` is missing")
        }
        return value
    }
}
