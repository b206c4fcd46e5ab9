import Model

// Reading an event back from its JSON. What follows from the rest (`status`, `commonLabels`, `fingerprint`…) is not looked at, and
// neither are members that nobody here knows: a later version may have written them.

extension ActionEvent {
    /// Reads what `json` gave.
    public init(json bytes: [UInt8]) throws(UserError) {
        self.init()
        var json = JSONReader(bytes)
        var hasOwn = false
        try json.members(of: "the event") { name, json throws(UserError) in
            switch name {
            case "receiver": action = try json.text(name)
            case "alerts": alerts = try json.elements(name) { json throws(UserError) in try ActionAlert(&json) }
            case "groupLabels": groupLabels = try json.labels(name)
            case "externalURL": externalURL = try json.text(name)
            case "version":
                let version = try json.text(name)
                if version != Self.version { throw unreadable("its version is \(quoted(version))") }
            case "vedette":
                hasOwn = true
                try readOwn(&json)
            default: try json.skip()
            }
        }
        guard hasOwn else { throw unreadable("`vedette` is missing") }
        // Nothing may follow.
        _ = try json.next()
    }

    private mutating func readOwn(_ json: inout JSONReader) throws(UserError) {
        try json.members(of: "vedette") { name, json throws(UserError) in
            switch name {
            case "id": id = try json.integer(name)
            case "key": key = try json.text(name)
            case "rule": rule = try json.text(name)
            case "cause":
                let word = try json.text(name)
                guard let known = Cause(rawValue: word) else { throw unreadable("unknown cause \(quoted(word))") }
                cause = known
            case "state": state = try json.text(name)
            case "value": value = try json.measured(name)
            case "threshold": threshold = try json.text(name)
            case "since": since = try json.time(name)
            case "decided_at": decidedAt = try json.time(name) ?? 0
            case "attempt": attempt = Int(try json.integer(name))
            case "epoch": epoch = try json.integer(name)
            default: try json.skip()
            }
        }
    }
}

extension ActionAlert {
    fileprivate init(_ json: inout JSONReader) throws(UserError) {
        self.init()
        try json.members(of: "alerts") { name, json throws(UserError) in
            switch name {
            case "status": isFiring = try json.text(name) != "resolved"
            case "labels": labels = try json.labels(name)
            case "annotations": annotations = try json.labels(name)
            case "startsAt": startsAt = try json.time(name) ?? 0
            case "endsAt": endsAt = try json.time(name)
            case "generatorURL": generatorURL = try json.text(name)
            case "value": value = try json.measured(name)
            default: try json.skip()
            }
        }
    }
}

private func unreadable(_ reason: String) -> UserError { UserError("cannot read the event: \(reason)") }

extension JSONReader {
    fileprivate mutating func members(
        of what: String, _ take: (_ name: String, inout JSONReader) throws(UserError) -> Void
    ) throws(UserError) {
        guard try next() == .beginObject else { throw unreadable("\(what) must be an object") }
        while case .key(let name) = try next() { try take(name, &self) }
    }

    fileprivate mutating func elements<Element>(
        _ name: String, _ read: (inout JSONReader) throws(UserError) -> Element
    ) throws(UserError) -> [Element] {
        guard try next() == .beginArray else { throw unreadable("`\(name)` must be an array") }
        var elements: [Element] = []
        while true {
            // Looks ahead: only a copy knows whether another element or the end follows.
            var ahead = self
            if try ahead.next() == .endArray {
                self = ahead
                return elements
            }
            elements.append(try read(&self))
        }
    }

    fileprivate mutating func labels(_ name: String) throws(UserError) -> Labels {
        var pairs: [Label] = []
        // No dictionary: to Swift two names are the same when they only look so.
        try members(of: "`\(name)`") { label, json throws(UserError) in
            pairs.append(Label(label, try json.text(label)))
        }
        return Labels(pairs)
    }

    fileprivate mutating func text(_ name: String) throws(UserError) -> String {
        guard case .string(let text) = try next() else { throw unreadable("`\(name)` must be a string") }
        return text
    }

    fileprivate mutating func integer(_ name: String) throws(UserError) -> Int64 {
        guard case .number(let text) = try next(), let number = Int64(text) else {
            throw unreadable("`\(name)` must be a whole number")
        }
        return number
    }

    fileprivate mutating func measured(_ name: String) throws(UserError) -> Double? {
        switch try next() {
        case .null: return nil
        case .number(let text), .string(let text):
            if let value = Array(text.utf8).withUnsafeBytes({ readNumber($0)?.double }) { return value }
        default: break
        }
        throw unreadable("`\(name)` must be a number")
    }

    fileprivate mutating func time(_ name: String) throws(UserError) -> Int64? {
        switch try next() {
        case .null: return nil
        case .string(ActionAlert.noTime): return nil
        case .string(let text):
            if let time = PreciseTime(text) { return time.milliseconds }
        default: break
        }
        throw unreadable("`\(name)` must be a time")
    }

    fileprivate mutating func skip() throws(UserError) { _ = try JSONValue.read(try next(), &self) }
}
