import Model

/// Reads a YAML or JSON document into nodes. Throws the first thing that makes it unreadable, with its place.
public func readDocument(
    _ bytes: [UInt8], file: String? = nil, limits: ReadingLimits = .configuration
) throws(UserError) -> Node {
    guard bytes.count <= limits.bytes else {
        throw UserError(
            "cannot read as YAML: \(bytes.count) bytes are more than the \(limits.bytes) allowed",
            at: Place(file: file, line: 1, column: 1))
    }
    var reader = DocumentReader(bytes, file: file, limits: limits)
    return try reader.document()
}

private struct DocumentReader {
    private let events: EventReader
    private let limits: ReadingLimits
    private let file: String?
    private var anchors: [String: Node] = [:]
    private var nodes = 0

    init(_ bytes: [UInt8], file: String?, limits: ReadingLimits) {
        events = EventReader(bytes, file: file)
        self.limits = limits
        self.file = file
    }

    mutating func document() throws(UserError) -> Node {
        var root: Node?
        while true {
            switch try events.next() {
            case .streamEnd: return root ?? .empty(file: file)
            case .documentStart:
                if root != nil { throw fault("a second document begins here, and only one is read") }
                root = try node(try events.next(), depth: 0)
            default: continue
            }
        }
    }

    private func fault(_ reason: String) -> UserError {
        UserError("cannot read as YAML: \(reason)", at: events.place)
    }

    private mutating func node(_ event: EventReader.Event, depth: Int) throws(UserError) -> Node {
        let place = events.place
        guard depth <= limits.depth else { throw fault("more than \(limits.depth) levels") }
        try count(1)
        switch event {
        case .alias(let name):
            guard let node = anchors[name] else { throw fault("unknown anchor `\(name)`") }
            // An alias is a few bytes, but what it stands for is decoded each time: that is what is bounded.
            try count(node.weight)
            return node
        case .scalar(let scalar, let tag, let anchor):
            return remember(try tagged(scalar, tag, at: place), as: anchor)
        case .listStart(let tag, let anchor):
            guard tag == nil || tag == "tag:yaml.org,2002:seq" || tag == "!" else { throw unusable(tag) }
            return remember(try list(at: place, depth: depth), as: anchor)
        case .mapStart(let tag, let anchor):
            guard tag == nil || tag == "tag:yaml.org,2002:map" || tag == "!" else { throw unusable(tag) }
            return remember(try map(at: place, depth: depth), as: anchor)
        default: throw fault("unexpected end")
        }
    }

    private mutating func count(_ more: Int) throws(UserError) {
        let (sum, overflow) = nodes.addingReportingOverflow(more)
        guard !overflow, sum <= limits.nodes else {
            throw fault("more than \(limits.nodes) values, aliases written out")
        }
        nodes = sum
    }

    private mutating func remember(_ node: Node, as anchor: String?) -> Node {
        if let anchor { anchors[anchor] = node }
        return node
    }

    private func unusable(_ tag: String?) -> UserError { fault("the tag `\(tag ?? "")` is not understood") }

    private func tagged(_ scalar: Scalar, _ tag: String?, at place: Place) throws(UserError) -> Node {
        var scalar = scalar
        switch tag {
        case nil: break
        case "!", "tag:yaml.org,2002:str": scalar.isPlain = false
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null":
            scalar.isPlain = true
        default: throw unusable(tag)
        }
        let isNull = scalar.isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
        return Node(isNull ? .null : .scalar(scalar), at: place)
    }

    private mutating func list(at place: Place, depth: Int) throws(UserError) -> Node {
        var items: [Node] = []
        while true {
            let event = try events.next()
            if case .listEnd = event { return Node(.list(items), at: place) }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func map(at place: Place, depth: Int) throws(UserError) -> Node {
        var entries: [Entry] = []
        var merged: [Node] = []
        while true {
            let event = try events.next()
            if case .mapEnd = event { break }
            let keyPlace = events.place
            var isMerge = false
            if case .scalar(let scalar, _, _) = event { isMerge = scalar.isPlain && scalar.text == "<<" }
            let key = try key(event, depth: depth + 1)
            let value = try node(try events.next(), depth: depth + 1)
            if isMerge {
                merged.append(contentsOf: try mergeSources(value))
            } else {
                entries.append(Entry(key: key, keyPlace: keyPlace, value: value))
            }
        }
        try refuseDuplicates(entries)
        return Node(.map(merging(entries, merged)), at: place)
    }

    private mutating func key(_ event: EventReader.Event, depth: Int) throws(UserError) -> String {
        if case .scalar(let scalar, _, _) = event {
            _ = try node(event, depth: depth)
            return scalar.text
        }
        let place = events.place
        guard case .scalar(let scalar) = try node(event, depth: depth).content else {
            throw UserError("cannot read as YAML: a key must be a text", at: place)
        }
        return scalar.text
    }

    /// The maps that a `<<` names: one, or a list of them in which the earlier wins.
    private func mergeSources(_ value: Node) throws(UserError) -> [Node] {
        if case .map = value.content { return [value] }
        guard case .list(let items) = value.content else {
            throw UserError("cannot read as YAML: `<<` needs a map or a list of maps", at: value.place)
        }
        for item in items {
            guard case .map = item.content else {
                throw UserError("cannot read as YAML: `<<` needs a map or a list of maps", at: item.place)
            }
        }
        return items
    }

    private func refuseDuplicates(_ entries: [Entry]) throws(UserError) {
        guard entries.count > 1 else { return }
        let order = entries.indices.sorted {
            sameBytes(entries[$0].key, entries[$1].key) ? $0 < $1 : bytesPrecede(entries[$0].key, entries[$1].key)
        }
        for (one, next) in zip(order, order.dropFirst()) where sameBytes(entries[one].key, entries[next].key) {
            let first = entries[one].keyPlace
            throw UserError(
                "cannot read as YAML: the key `\(entries[next].key)` stands twice, first on line \(first.line)",
                at: entries[next].keyPlace)
        }
    }

    /// The map's own entries, then those of the merged maps whose keys are not there yet.
    private func merging(_ entries: [Entry], _ sources: [Node]) -> [Entry] {
        guard !sources.isEmpty else { return entries }
        var all = entries
        var present = Set(entries.map { Array($0.key.utf8) })
        for source in sources {
            guard case .map(let more) = source.content else { continue }
            for entry in more where present.insert(Array(entry.key.utf8)).inserted { all.append(entry) }
        }
        return all
    }
}
