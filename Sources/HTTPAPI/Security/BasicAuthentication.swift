import Model
/// HTTP's basic authentication against names and passwords that are held in memory.
public struct BasicAuthentication: Authenticator {
    private let credentials: [[UInt8]]
    private let challenge: String

    /// Admits who knows one of the users' passwords.
    public init(users: [(name: String, password: String)], realm: String = "vedette") {
        credentials = users.map { Array("\($0.name):\($0.password)".utf8) }
        challenge = "Basic realm=\"\(realm)\", charset=\"UTF-8\""
    }

    /// Returns when the request may go on.
    public func admit(_ request: HTTPRequest) throws(HTTPError) {
        guard let given = request.headers["Authorization"].flatMap(basicCredentials) else { throw refusal }
        // Every user is compared in full, so that the time taken says nothing about which of them came close.
        var found = false
        for known in credentials where equalInConstantTime(known, given) { found = true }
        if !found { throw refusal }
    }

    private var refusal: HTTPError {
        HTTPError(
            .unauthorized, "cannot admit: a user and a password are needed", headers: ["WWW-Authenticate": challenge])
    }
}

/// The `user:password` of an `Authorization` field, or nil when it is of another kind or broken.
func basicCredentials(_ field: String) -> [UInt8]? {
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, sameIgnoringCase(String(parts[0]), "basic") else { return nil }
    return decodedBase64(parts[1].utf8)
}

/// Whether two secrets are the same, in a time that depends on the length of the given one alone.
func equalInConstantTime(_ known: [UInt8], _ given: [UInt8]) -> Bool {
    var difference = known.count ^ given.count
    for (at, byte) in given.enumerated() {
        let other = known.isEmpty ? 0 : known[at % known.count]
        difference |= Int(byte ^ other)
    }
    return difference == 0
}
