/// What a client may cost. Times are milliseconds.
public struct ServerLimits: Sendable {
    /// Connections served at once; a few more are told 503, the rest closed.
    public var connections = 1000
    /// Memory for the head of a request, and for what is written at a time, a connection: a longer head is answered 431,
    /// a longer request line 414.
    public var connectionMemory = 16 * 1024
    /// The longest request target in bytes; a longer one is answered 414.
    public var targetLength = 8 * 1024
    /// The longest body in bytes unless the route says otherwise; a longer one is answered 413.
    public var bodyLength = 1024 * 1024
    /// All bodies being received at once, in bytes; what does not fit is answered 503.
    public var bodiesInFlight = 64 * 1024 * 1024
    /// From the first chance to send to the end of the headers, however slowly they drip.
    public var headTime: Int64 = 10_000
    /// To receive a body, and on top of it the time its bytes take at `bodyRate`.
    public var bodyTime: Int64 = 30_000
    /// The slowest sender of a body that is put up with, in bytes a second.
    public var bodyRate = 16 * 1024
    /// Without a byte in either direction: a kept connection between requests, a client that does not read.
    public var idleTime: Int64 = 120_000
    /// Bytes of a streamed answer that may wait for a slow client before its producer waits.
    public var streamBuffer = 256 * 1024
    /// Bytes of it that are sent at a time.
    public var streamBlock = 16 * 1024
    /// Threads that talk to clients and run fast handlers.
    public var threads = 2
    /// Threads that run waiting handlers, started when they are first needed.
    public var workers = 4

    /// The defaults, fit for a small appliance.
    public init() {}
}
