import Configuration
import Model

/// Reads a file of target groups. Throws the first problem.
func readTargetFile(_ path: String, by access: FileAccess) throws(UserError) -> [TargetGroup] {
    let bytes = try access.read(path, ReadingLimits.discovery.bytes)
    return try readTargetGroups(bytes, name: path, json: path.lowercased().hasSuffix(".json"))
}

/// Reads a list of target groups, YAML or JSON, as files and servers of discovery give it. Throws the first problem.
func readTargetGroups(_ bytes: [UInt8], name: String, json: Bool) throws(UserError) -> [TargetGroup] {
    let root = try readDocument(bytes, file: name, limits: .discovery)
    // An empty text is no JSON, and often a file that is just being written.
    if root.isNull, json { throw UserError("it is empty", at: root.place) }
    // No environment: what comes from elsewhere must not get at its secrets.
    let context = DecodingContext()
    let groups = context.list(root).compactMap { readTargetGroup($0, in: context) }
    if let problem = context.errors.first { throw problem }
    return groups
}
