import CCurl
import Glibc

/// What a monitor wants to know of a server's certificate.
public struct HTTPCertificate: Sendable, Hashable {
    /// Whose it is.
    public var subject = ""
    /// Who vouches for it.
    public var issuer = ""
    /// Unix milliseconds from which it holds.
    public var notBefore: Int64 = 0
    /// Unix milliseconds until which it holds.
    public var notAfter: Int64 = 0

    /// A certificate of which nothing is known.
    public init() {}

    /// The certificates curl saw when this transfer made its connection, the server's own first.
    static func chain(of easy: UnsafeMutableRawPointer) -> [HTTPCertificate] {
        guard let information = ccurl_get_certificates(easy)?.pointee, let lists = information.certinfo else {
            return []
        }
        return (0..<max(0, Int(information.num_of_certs))).map { HTTPCertificate(lists[$0]) }
    }

    /// A certificate from curl's lines `Name:value`.
    private init(_ list: UnsafeMutablePointer<curl_slist>?) {
        var next = list
        while let line = next?.pointee {
            next = line.next
            guard let data = line.data else { continue }
            let text = String(cString: data)
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = String(text[text.utf8.index(after: colon)...])
            switch text[..<colon] {
            case "Subject": subject = value
            case "Issuer": issuer = value
            case "Start date": notBefore = certificateTime(value) ?? 0
            case "Expire date": notAfter = certificateTime(value) ?? 0
            default: break
            }
        }
    }
}

/// The Unix milliseconds of a time as OpenSSL prints it: `Nov 21 06:51:00 2026 GMT`, the day padded with a blank.
func certificateTime(_ text: String) -> Int64? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let words = text.split(separator: " ")
    guard words.count == 5, words[4] == "GMT", let month = months.firstIndex(of: String(words[0])),
        let day = Int32(words[1]), let year = Int32(words[3]), (1...9999).contains(year), (1...31).contains(day)
    else { return nil }
    let clock = words[2].split(separator: ":").compactMap { Int32($0) }
    guard clock.count == 3, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
    var time = tm()
    time.tm_year = year - 1900
    time.tm_mon = Int32(month)
    time.tm_mday = day
    time.tm_hour = clock[0]
    time.tm_min = clock[1]
    time.tm_sec = clock[2]
    return Int64(timegm(&time)) * 1000
}
