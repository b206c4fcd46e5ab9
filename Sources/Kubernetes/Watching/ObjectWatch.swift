import HTTPClient
import Model

/// Something that the API server keeps, as far as somebody wants to know of it.
public protocol ClusterObject: Sendable {
    /// Reads it from its JSON.
    init(json: [UInt8]) throws(UserError)
    /// What tells it from every other one, of all times.
    var uid: String { get }
}

/// What there is to know about a kind of objects.
public enum WatchNews<Object: ClusterObject>: Sendable {
    /// All of them are told anew now, one by one.
    case listing
    /// One that is there: new, changed, or the same.
    case found(Object)
    /// All have been told: what has not been is gone.
    case listed
    /// One is gone.
    case gone(Object)
    /// What becomes of them is heard of from now on.
    case watching
    /// Nothing is known for the time being; what was told stays.
    case trouble(ClusterFailure)
}

/// Knows all objects of a kind: lists them in pages, and watches what becomes of them from there on. It goes on for ever: a watch
/// may end at any moment, the server may be away, and what it remembers may be too old to go on from.
public struct ObjectWatch<Object: ClusterObject>: Sendable {
    /// So many objects are asked for at a time.
    static var pageSize: Int { 500 }
    /// A watch is ended by the server after so many seconds, at least.
    static var watchTime: Int64 { 240 }

    private let client: ClusterClient
    /// The path of the list: `/api/v1/pods`.
    private let path: String
    /// What it is called in messages: `pods`, `pods of the namespace x`.
    private let name: String
    private let selectors: [(name: String, value: String)]
    private let clock: any Clock<Duration>
    private let chance: @Sendable () -> Double

    /// A watch of what a path lists, as far as selectors (`labelSelector`, `fieldSelector`) choose it.
    public init(
        _ client: ClusterClient, path: String, name: String, selectors: [(name: String, value: String)] = [],
        clock: any Clock<Duration> = ContinuousClock(),
        chance: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.client = client
        self.path = path
        self.name = name
        self.selectors = selectors
        self.clock = clock
        self.chance = chance
    }

    /// Tells until the task is cancelled. Of the caller's the news are taken one after the other.
    public func run(_ take: (WatchNews<Object>) async -> Void) async {
        var version: String?
        var failures = 0
        while !Task.isCancelled {
            do throws(ClusterFailure) {
                let from: String
                if let version { from = version } else { from = try await list(take) }
                version = from
                version = try await watch(from: from, take)
                failures = 0
            } catch {
                if Task.isCancelled { return }
                // What is too old is listed again at once.
                if error.isExpired, version != nil {
                    version = nil
                    continue
                }
                await take(.trouble(error))
                failures += 1
                await pause(failures, asked: error.retryAfter)
            }
        }
    }

    private func pause(_ failures: Int, asked: Int64?) async {
        let whole = min(30_000, 500 << min(failures - 1, 6))
        let milliseconds = max(Int64(Double(whole) * (0.5 + 0.5 * chance())), asked ?? 0)
        do {
            try await clock.sleep(for: .milliseconds(milliseconds), tolerance: nil)
        } catch {
            // Cancelled: `run` sees it.
        }
    }

    // MARK: Listing

    /// Lists all; returns the version to watch from.
    private func list(_ take: (WatchNews<Object>) async -> Void) async throws(ClusterFailure) -> String {
        await take(.listing)
        var next = ""
        while true {
            var query = selectors
            query.append(("limit", String(Self.pageSize)))
            if !next.isEmpty { query.append(("continue", next)) }
            var request = ClusterRequest(path, query)
            request.timeout = 60_000
            request.bodyLimit = nil
            request.acceptsCompression = false
            let stream = try await client.stream(request, to: "list \(name)")
            var splitter = ItemSplitter()
            let around: JSONValue
            do {
                for try await bytes in stream {
                    var found: [Object] = []
                    try splitter.add(bytes) { item throws(UserError) in found.append(try Object(json: item)) }
                    for object in found { await take(.found(object)) }
                }
                around = try splitter.around()
            } catch let failure as HTTPFailure {
                throw ClusterFailure("cannot list \(name): \(failure.message)")
            } catch {
                throw ClusterFailure("cannot list \(name): \(error)")
            }
            guard let metadata = around["metadata"] else {
                throw ClusterFailure("cannot list \(name): the answer is no list")
            }
            next = metadata["continue"]?.text ?? ""
            if next.isEmpty {
                await take(.listed)
                return metadata["resourceVersion"]?.text ?? ""
            }
        }
    }

    // MARK: Watching

    /// Watches until the server ends it; returns the version to go on from.
    private func watch(
        from: String, _ take: (WatchNews<Object>) async -> Void
    ) async throws(ClusterFailure) -> String {
        let seconds = Self.watchTime + Int64(Double(Self.watchTime) * chance())
        var request = ClusterRequest(
            path,
            selectors + [
                ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", from),
                ("timeoutSeconds", String(seconds)),
            ])
        // A connection that has died without a word is given up a while after it should have ended.
        request.timeout = (seconds + 30) * 1000
        request.bodyLimit = nil
        request.acceptsCompression = false
        let stream = try await client.stream(request, to: "watch \(name)")
        await take(.watching)
        var lines = LineSplitter()
        var version = from
        do {
            for try await bytes in stream {
                var events: [WatchEvent<Object>] = []
                try lines.add(bytes) { line throws(UserError) in events.append(try WatchEvent(json: line)) }
                for event in events {
                    switch event.kind {
                    case .found(let object): await take(.found(object))
                    case .gone(let object): await take(.gone(object))
                    case .bookmark: break
                    case .failure(let status):
                        throw ClusterFailure("watch \(name)", status: 500, status)
                    }
                    if !event.version.isEmpty { version = event.version }
                }
            }
        } catch let failure as ClusterFailure {
            throw failure
        } catch let failure as HTTPFailure {
            // The end that the time-out makes, or a connection that broke: it goes on from where it was.
            if version != from || failure.code == .timeout || failure.code == .truncated { return version }
            throw ClusterFailure("cannot watch \(name): \(failure.message)")
        } catch {
            throw ClusterFailure("cannot watch \(name): \(error)")
        }
        return version
    }
}

/// A line of a watch.
private struct WatchEvent<Object: ClusterObject> {
    enum Kind {
        case found(Object)
        case gone(Object)
        case bookmark
        case failure(JSONValue)
    }

    let kind: Kind
    /// The version of the object: where to go on from.
    let version: String

    init(json line: [UInt8]) throws(UserError) {
        var type = ""
        var object: Range<Int>?
        var reader = JSONReader(line)
        try reader.object { key, reader throws(UserError) in
            switch key {
            case "type": type = try reader.text()
            case "object": object = try reader.range()
            default: try reader.skip()
            }
        }
        guard let object else { throw UserError("an event has no object") }
        let bytes = Array(line[object])
        switch type {
        case "ADDED", "MODIFIED": kind = .found(try Object(json: bytes))
        case "DELETED": kind = .gone(try Object(json: bytes))
        case "BOOKMARK": kind = .bookmark
        case "ERROR": kind = .failure(try JSONValue(bytes))
        default: throw UserError("an event has the type \(quoted(type))")
        }
        version = try Self.version(bytes)
    }

    private static func version(_ bytes: [UInt8]) throws(UserError) -> String {
        var version = ""
        var reader = JSONReader(bytes)
        try reader.object { key, reader throws(UserError) in
            guard key == "metadata" else { return try reader.skip() }
            try reader.object { key, reader throws(UserError) in
                if key == "resourceVersion" { version = try reader.text() } else { try reader.skip() }
            }
        }
        return version
    }
}
