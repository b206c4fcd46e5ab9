import Glibc

/// Bytes that grow at the end and keep their memory when emptied.
final class ByteBuffer {
    private var start: UnsafeMutableRawPointer?
    /// How many bytes it holds.
    private(set) var count = 0
    /// How many it can hold before it must grow.
    private(set) var capacity = 0

    /// Makes room for that many bytes in all. False when there is no memory.
    func reserve(_ wanted: Int) -> Bool {
        if wanted <= capacity { return true }
        // In whole pages and more than doubled at each step, so that appending costs the same however it is cut.
        let (twice, overflow) = capacity.multipliedReportingOverflow(by: 2)
        let size = max(wanted, overflow ? wanted : twice, 4096)
        guard let larger = realloc(start, size) else { return false }
        start = larger
        capacity = size
        return true
    }

    /// Puts bytes behind the last. False when there is no memory.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let source = bytes.baseAddress else { return true }
        guard reserve(count + bytes.count), let start else { return false }
        (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
        return true
    }

    /// The room behind the last byte, to be written to and then taken, valid until the next change.
    var spare: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: start.map { $0 + count }, count: capacity - count)
    }

    /// Makes the first bytes of the room behind the last byte part of the buffer: they were written there.
    func take(_ written: Int) {
        count = min(count + written, capacity)
    }

    /// Forgets all bytes behind that many.
    func cut(to length: Int) {
        count = min(count, max(length, 0))
    }

    /// Forgets the bytes and keeps the memory.
    func removeAll() {
        count = 0
    }

    /// The bytes, valid until the next change.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The bytes with that many zeros behind them, valid until the next change. Nil when there is no memory.
    func padded(by padding: Int) -> UnsafeRawBufferPointer? {
        guard reserve(count + padding), let start else { return nil }
        memset(start + count, 0, padding)
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    deinit {
        free(start)
    }
}

/// Buffers between two uses. A steady stream of bodies of one size so runs on memory that is mapped and warm already.
/// Buffers are apart from the handles because a transfer needs its handle from the start, but a buffer only from the first
/// byte of the body: of thousands of transfers that wait for an answer none holds one.
final class BufferPool {
    /// How many buffers and how many bytes may lie idle.
    private let countLimit = 16
    private let byteLimit = 8 << 20
    /// How large one may be: what a single huge body took goes back to the machine.
    private let sizeLimit = 4 << 20 + HTTPTransferResult.padding
    private var idle: [ByteBuffer] = []
    private var idleBytes = 0

    /// An empty buffer, the one used last.
    func take() -> ByteBuffer {
        guard let buffer = idle.popLast() else { return ByteBuffer() }
        idleBytes -= buffer.capacity
        return buffer
    }

    /// Takes a buffer back.
    func give(_ buffer: ByteBuffer) {
        guard buffer.capacity <= sizeLimit, idle.count < countLimit, idleBytes + buffer.capacity <= byteLimit else {
            return
        }
        buffer.removeAll()
        idle.append(buffer)
        idleBytes += buffer.capacity
    }
}
