import HTTPAPI
import Model
import Rules
import Store

/// Silences and maintenance windows as the routes show and change them.
struct KeptMutings: MutingsProvider {
    let mutings: Mutings

    func silences(having matchers: [String], at now: Int64) throws -> [[UInt8]] {
        var wanted: [LabelMatcher] = []
        for text in matchers { wanted += try refusing { () throws(UserError) in try readMatchers(text) } }
        return mutings.silences(having: wanted, at: now).map { silence in
            bytes { silence.write(to: &$0, at: now) }
        }
    }

    func silence(_ id: String, at now: Int64) -> [UInt8]? {
        mutings.silence(id: id).map { silence in bytes { silence.write(to: &$0, at: now) } }
    }

    func placeSilence(_ json: [UInt8], at now: Int64) async throws -> String {
        let silence = try refusing { () throws(UserError) in try Silence(json: json, at: now) }
        return try await changing { try await mutings.place(silence, at: now) }
    }

    func expireSilence(_ id: String, at now: Int64) async throws {
        try await changing { try await mutings.expire(id: id, at: now) }
    }

    func windows(at now: Int64) -> [[UInt8]] {
        let configured = mutings.configuredWindows().map { window in bytes { window.write(to: &$0, at: now) } }
        return configured + mutings.requestedWindows().map { window in bytes { window.write(to: &$0, at: now) } }
    }

    func window(_ id: String, at now: Int64) -> [UInt8]? {
        mutings.requestedWindows().first { sameBytes($0.id, id) }.map { window in
            bytes { window.write(to: &$0, at: now) }
        }
    }

    func openWindow(_ json: [UInt8], at now: Int64) async throws -> [UInt8] {
        let window = try refusing { () throws(UserError) in try RequestedWindow(json: json, at: now) }
        try await changing { try await mutings.open(window, at: now) }
        return bytes { window.write(to: &$0, at: now) }
    }

    func closeWindow(_ id: String, at now: Int64) async throws {
        try await changing { try await mutings.close(windowID: id, at: now) }
    }
}

private func bytes(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter()
    write(&json)
    return json.bytes
}

/// What `body` reads of a request; what is wrong with it is the sender's fault.
private func refusing<Value>(_ body: () throws(UserError) -> Value) throws(HTTPError) -> Value {
    do throws(UserError) {
        return try body()
    } catch {
        throw HTTPError(.badRequest, error.description)
    }
}

/// Makes a change; why it cannot be made becomes the answer.
private func changing<Value>(_ change: () async throws -> Value) async throws -> Value {
    do {
        return try await change()
    } catch let refusal as SilenceRefusal {
        switch refusal {
        case .unknown: throw HTTPError(.notFound, refusal.description)
        case .refused: throw HTTPError(.badRequest, refusal.description)
        }
    } catch let refusal as WindowRefusal {
        throw HTTPError(.notFound, refusal.description)
    } catch let error as UserError {
        throw HTTPError(.badRequest, error.description)
    } catch let error as StoreRefusal {
        // It holds already, and waits in memory for the disk.
        throw HTTPError(.serviceUnavailable, "cannot store the change yet, though it holds: \(error)")
    } catch let error as StoreClosed {
        throw HTTPError(.serviceUnavailable, "cannot store the change: \(error)")
    }
}
