import CCurl

/// The Unix milliseconds of a date as HTTP writes it, in any of the three forms of RFC 9110, 5.6.7; nil when it is none.
public func readHTTPDate(_ text: String) -> Int64? {
    // libcurl reads far more than dates; what begins with a digit is a number of something.
    guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int64(seconds) * 1000
}
