import Model
import Synchronization

/// Connections for reading. WAL lets each of them see one state of the file while the writer goes on.
final class ReaderPool: Sendable {
    private static let keptIdle = 4
    private static let most = 64

    private struct State: ~Copyable {
        var idle: [Connection] = []
        var lent = 0
        var isClosed = false
    }

    private let path: String
    private let watch: FileWatch
    private let state = Mutex(State())
    /// What was read of chunks before; nil where nothing is kept.
    let chunks: ChunkCache?

    init(path: String, watch: FileWatch, chunks: ChunkCache?) {
        self.chunks = chunks
        self.path = path
        self.watch = watch
    }

    /// A connection in a transaction: all its statements see the state that the first of them finds.
    func borrow() throws -> ReadTransaction {
        let idle: SendableConnection? = try state.withLock { state in
            if state.isClosed { throw StoreClosed() }
            guard state.lent < Self.most else {
                throw UserError("cannot read from the store: \(Self.most) readers are at work already")
            }
            state.lent += 1
            return state.idle.popLast().map(SendableConnection.init)
        }
        do {
            let connection = try idle?.connection ?? connect()
            try connection.execute("BEGIN")
            return ReadTransaction(connection, pool: self)
        } catch {
            state.withLock { $0.lent -= 1 }
            throw error
        }
    }

    /// A new connection; what is behind another file's name must not be taken for the store.
    private func connect() throws -> Connection {
        if let lost = watch.lostName {
            throw UserError("cannot read from the store: \(lost) was deleted or replaced")
        }
        return try Connection(path: path, mode: .readOnly)
    }

    /// Runs `body` in a transaction that reads.
    func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        let transaction = try borrow()
        defer { transaction.end() }
        return try body(transaction.connection)
    }

    fileprivate func giveBack(_ connection: sending Connection) {
        let box = SendableConnection(connection)
        state.withLock { state in
            state.lent -= 1
            if !state.isClosed && state.idle.count < Self.keptIdle { state.idle.append(box.connection) }
        }
    }

    /// Closes what is idle; what is lent is closed when it comes back.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.idle = []
        }
    }
}

/// A connection on its way from one owner to the next.
private struct SendableConnection: @unchecked Sendable {
    // Sendable: a connection is either in the pool, behind its lock, or with one borrower.
    let connection: Connection
    init(_ connection: Connection) { self.connection = connection }
}

/// A borrowed connection and its open transaction.
final class ReadTransaction {
    let connection: Connection
    private let pool: ReaderPool
    private var isOpen = true

    fileprivate init(_ connection: Connection, pool: ReaderPool) {
        self.connection = connection
        self.pool = pool
    }

    deinit { end() }

    /// Ends the transaction and gives the connection back.
    func end() {
        if !isOpen { return }
        isOpen = false
        do {
            try connection.execute("COMMIT")
            pool.giveBack(SendableConnection(connection).connection)
        } catch {
            // A connection in an unknown state is not used again.
            pool.giveUp()
        }
    }
}

extension ReaderPool {
    fileprivate func giveUp() { state.withLock { $0.lent -= 1 } }
}
