import CCurl

/// Sets options of one curl handle and remembers the first refusal, so that a row of them needs one check.
struct CurlOptions {
    let easy: UnsafeMutableRawPointer
    /// The first answer that was not OK.
    private(set) var verdict = CURLE_OK

    init(_ easy: UnsafeMutableRawPointer) {
        self.easy = easy
    }

    mutating func check(_ code: CURLcode) {
        if verdict == CURLE_OK { verdict = code }
    }
    mutating func set(_ option: CURLoption, _ number: Int) {
        check(ccurl_set_long(easy, option, number))
    }
    mutating func set(_ option: CURLoption, _ number: Int64) {
        check(ccurl_set_large(easy, option, number))
    }
    /// curl copies the text.
    mutating func set(_ option: CURLoption, _ text: String?) {
        check(ccurl_set_text(easy, option, text))
    }
    /// curl does not copy the list.
    mutating func set(_ option: CURLoption, _ list: CurlList) {
        check(ccurl_set_list(easy, option, list.first))
    }
    /// curl does not copy what is pointed to.
    mutating func set(_ option: CURLoption, _ pointer: UnsafeRawPointer) {
        check(ccurl_set_pointer(easy, option, pointer))
    }
    /// A certificate or key by its path or by its bytes; nothing where there is none.
    mutating func set(_ material: TLSMaterial?, _ pem: StableBytes?, file: CURLoption, blob: CURLoption) {
        if case .file(let path) = material { set(file, path) }
        if let pem { check(ccurl_set_blob(easy, blob, pem.start, pem.count)) }
    }
}

/// A list of strings as curl wants it. Written once, in `init`.
final class CurlList {
    let first: UnsafeMutablePointer<curl_slist>?
    var isEmpty: Bool { first == nil }

    init(_ texts: [String]) throws(HTTPFailure) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else {
                curl_slist_free_all(list)
                throw HTTPFailure(.internal, "cannot prepare a request: out of memory")
            }
            list = longer
        }
        first = list
    }

    deinit {
        curl_slist_free_all(first)
    }
}

/// Bytes that stay where they are as long as the object lives, for C to read. Written once, in `init`.
final class StableBytes {
    let start: UnsafeRawPointer
    let count: Int

    init(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
        bytes.withUnsafeBytes { source in
            if let from = source.baseAddress { copy.copyMemory(from: from, byteCount: source.count) }
        }
        start = UnsafeRawPointer(copy)
        count = bytes.count
    }

    deinit {
        start.deallocate()
    }
}
