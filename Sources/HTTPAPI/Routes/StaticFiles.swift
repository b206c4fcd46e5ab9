import CWebStatic
import Model

/// A file that is part of the binary.
struct StaticFile: Sendable {
    var path: String
    var type: String
    var content: FixedBytes
}

/// The files of `web-static/`.
func webFiles() -> [StaticFile] {
    let files = UnsafeBufferPointer(start: vedette_web_file_table(), count: vedette_web_file_count())
    return files.map { file in
        StaticFile(
            path: String(cString: file.path), type: String(cString: file.content_type),
            content: FixedBytes(immortal: UnsafeRawBufferPointer(start: file.bytes, count: file.length)))
    }
}

extension Router {
    /// Adds files of the binary. Each is compressed once, here, and has a strong tag a form, so that a browser asks whether it
    /// has changed and is told in a few bytes.
    mutating func addStaticFiles(_ files: [StaticFile]) {
        for file in files {
            let plain = Form(file, body: .fixed(file.content), bytes: file.content.memory, encoding: nil)
            let small = compressedForm(of: file)
            on(
                .get, at: file.path,
                .fast { request in
                    let takesGzip = request.headers.list("Accept-Encoding").map(acceptsGzip) ?? false
                    let form = takesGzip ? small ?? plain : plain
                    return form.answer(to: request)
                })
        }
    }
}

private func compressedForm(of file: StaticFile) -> Form? {
    guard isCompressible(file.type), file.content.memory.count >= 1024,
        let small = gzip(Array(file.content.memory), level: 9)
    else { return nil }
    return small.withUnsafeBytes { Form(file, body: .bytes(small), bytes: $0, encoding: "gzip") }
}

/// A file as it is sent: plain or compressed.
private struct Form: Sendable {
    let tag: String
    let headers: HTTPHeaders
    let body: ResponseBody

    init(_ file: StaticFile, body: ResponseBody, bytes: UnsafeRawBufferPointer, encoding: String?) {
        tag = strongTag(bytes)
        self.body = body
        var headers: HTTPHeaders = [
            "Content-Type": file.type,
            "ETag": tag,
            // Kept, but asked about every time: after an update of the binary nobody sees the old page.
            "Cache-Control": "no-cache",
            "Content-Security-Policy": contentSecurityPolicy,
            "Referrer-Policy": "no-referrer",
        ]
        if let encoding { headers.set("Content-Encoding", encoding) }
        if encoding != nil { headers.set("Vary", "Accept-Encoding") }
        self.headers = headers
    }

    func answer(to request: HTTPRequest) -> HTTPResponse {
        if let known = request.headers.list("If-None-Match"), matches(known) {
            var kept = headers
            kept.remove("Content-Type")
            kept.remove("Content-Encoding")
            return HTTPResponse(status: .notModified, headers: kept)
        }
        return HTTPResponse(headers: headers, body: body)
    }

    /// `If-None-Match` compares weakly: a tag that a proxy in between has made weak still says the same content.
    private func matches(_ list: String) -> Bool {
        list.split(separator: ",").contains { item in
            let given = item.drop { $0 == " " }
            let bare = given.hasPrefix("W/") ? given.dropFirst(2) : given
            return given == "*" || bare.prefix { $0 != " " } == tag
        }
    }
}

/// Everything a page needs comes from the appliance itself; nobody may put it into a frame.
private let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/// FNV-1a of the bytes and their number: the files change with the binary only, there is no adversary.
private func strongTag(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "\"\(String(hash, radix: 16))-\(String(bytes.count, radix: 16))\""
}
