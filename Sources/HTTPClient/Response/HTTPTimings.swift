import CCurl

/// How long the phases of a request took, each in microseconds from the start of the last hop; 0 where a phase was not
/// reached or not needed (no name to resolve, a connection already there, no TLS).
public struct HTTPTimings: Sendable, Hashable {
    /// Until the name was resolved.
    public var dns: Int64 = 0
    /// Until the connection stood.
    public var connect: Int64 = 0
    /// Until TLS was agreed on.
    public var tls: Int64 = 0
    /// Until the first byte of the answer came.
    public var firstByte: Int64 = 0
    /// Spent on redirects before the last hop.
    public var redirects: Int64 = 0
    /// Until the last byte, redirects included.
    public var total: Int64 = 0

    /// Nothing measured.
    public init() {}

    /// What curl measured for a transfer. On a connection that was there already it gives the time at which it was found as
    /// the time of each phase; that is no phase.
    init(of easy: UnsafeMutableRawPointer) {
        let isNewConnection = ccurl_get_long(easy, CURLINFO_NUM_CONNECTS) > 0
        if isNewConnection {
            dns = ccurl_get_large(easy, CURLINFO_NAMELOOKUP_TIME_T)
            connect = ccurl_get_large(easy, CURLINFO_CONNECT_TIME_T)
            tls = ccurl_get_large(easy, CURLINFO_APPCONNECT_TIME_T)
        }
        firstByte = ccurl_get_large(easy, CURLINFO_STARTTRANSFER_TIME_T)
        redirects = ccurl_get_large(easy, CURLINFO_REDIRECT_TIME_T)
        total = ccurl_get_large(easy, CURLINFO_TOTAL_TIME_T)
    }
}
