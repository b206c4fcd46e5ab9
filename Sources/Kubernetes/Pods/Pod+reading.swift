import Model

extension Pod: ClusterObject {
    /// Reads a pod from its JSON; what nobody wants to know is passed over without being kept.
    public init(json bytes: [UInt8]) throws(UserError) {
        self.init()
        var reader = JSONReader(bytes)
        var statuses: [String: String] = [:]
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "metadata": try readMetadata(&reader)
            case "spec": try readSpec(&reader)
            case "status": try readStatus(&reader, &statuses)
            default: try reader.skip()
            }
        }
        for place in containers.indices { containers[place].id = statuses[containers[place].name] ?? "" }
        guard !uid.isEmpty, !name.isEmpty else { throw UserError("cannot read a pod: it has no uid or no name") }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws(UserError) {
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "name": name = try reader.text()
            case "namespace": namespace = try reader.text()
            case "uid": uid = try reader.text()
            case "labels": labels = try reader.pairs()
            case "annotations": annotations = try reader.pairs()
            case "deletionTimestamp": isDeleted = try !reader.text().isEmpty
            case "ownerReferences": try readOwners(&reader)
            default: try reader.skip()
            }
        }
    }

    private mutating func readOwners(_ reader: inout JSONReader) throws(UserError) {
        try reader.array { reader throws(UserError) in
            var (kind, name, isController) = ("", "", false)
            try reader.object { key, reader throws(UserError) in
                switch key {
                case "kind": kind = try reader.text()
                case "name": name = try reader.text()
                case "controller": isController = try reader.flag()
                default: try reader.skip()
                }
            }
            if isController { (controllerKind, controllerName) = (kind, name) }
        }
    }

    private mutating func readSpec(_ reader: inout JSONReader) throws(UserError) {
        var first: [Container] = []
        var others: [Container] = []
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "nodeName": node = try reader.text()
            case "initContainers": first = try Container.list(&reader, isInit: true)
            case "containers": others = try Container.list(&reader, isInit: false)
            default: try reader.skip()
            }
        }
        containers = first + others
    }

    private mutating func readStatus(_ reader: inout JSONReader, _ ids: inout [String: String]) throws(UserError) {
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "phase": phase = try reader.text()
            case "podIP": address = try reader.text()
            case "hostIP": hostAddress = try reader.text()
            case "conditions":
                try reader.array { reader throws(UserError) in
                    var (type, status) = ("", "")
                    try reader.object { key, reader throws(UserError) in
                        switch key {
                        case "type": type = try reader.text()
                        case "status": status = try reader.text()
                        default: try reader.skip()
                        }
                    }
                    if type == "Ready" { ready = status.lowercased() }
                }
            case "containerStatuses", "initContainerStatuses":
                try reader.array { reader throws(UserError) in
                    var (name, id) = ("", "")
                    try reader.object { key, reader throws(UserError) in
                        switch key {
                        case "name": name = try reader.text()
                        case "containerID": id = try reader.text()
                        default: try reader.skip()
                        }
                    }
                    ids[name] = id
                }
            default: try reader.skip()
            }
        }
    }
}

extension Pod.Container {
    fileprivate static func list(_ reader: inout JSONReader, isInit: Bool) throws(UserError) -> [Pod.Container] {
        var containers: [Pod.Container] = []
        try reader.array { reader throws(UserError) in
            var container = Pod.Container()
            container.isInit = isInit
            try reader.object { key, reader throws(UserError) in
                switch key {
                case "name": container.name = try reader.text()
                case "image": container.image = try reader.text()
                case "restartPolicy":
                    let policy = try reader.text()
                    container.runsOn = isInit && policy == "Always"
                case "ports":
                    try reader.array { reader throws(UserError) in container.ports.append(try Pod.Port(&reader)) }
                default: try reader.skip()
                }
            }
            containers.append(container)
        }
        return containers
    }
}

extension Pod.Port {
    fileprivate init(_ reader: inout JSONReader) throws(UserError) {
        self.init()
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "name": name = try reader.text()
            case "containerPort": number = Int(try reader.text()) ?? 0
            case "protocol": network = try reader.text()
            default: try reader.skip()
            }
        }
    }
}

extension JSONReader {
    /// A map of texts, in the order of their names.
    fileprivate mutating func pairs() throws(UserError) -> [Pod.Pair] {
        var pairs: [Pod.Pair] = []
        try object { key, reader throws(UserError) in pairs.append(Pod.Pair(key, try reader.text())) }
        return pairs.sorted { bytesPrecede($0.name, $1.name) }
    }
}
