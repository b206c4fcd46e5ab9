import Testing

@testable import HTTPAPI

@Suite("A request")
struct RequestTests {
    @Test(
        "decodes its path once, a segment at a time",
        arguments: [
            ("/", [""]), ("/a/b", ["a", "b"]), ("/a/", ["a", ""]), ("/a%2Fb/c", ["a/b", "c"]), ("/a%252F", ["a%2F"]),
            ("/a+b", ["a+b"]), ("/%C3%BC", ["ü"]), ("/a?b=/c", ["a"]), ("//", ["", ""]), ("/...", ["..."]),
        ])
    func path(target: String, want: [String]) throws {
        #expect(try HTTPRequest(method: .get, target: target).segments == want)
    }

    @Test(
        "refuses paths that walk about or are broken",
        arguments: [
            "/..", "/a/../b", "/%2e%2e/b", "/.%2E", "/./a", "/%00", "/a%00b", "/%", "/%4", "/%zz", "/%ff", "a", "", "*",
            "http://x/",
        ])
    func refused(target: String) {
        #expect(throws: HTTPError.self) { try HTTPRequest(method: .get, target: target) }
    }

    @Test("keeps repeated parameters in their order, with plus as a space")
    func query() throws {
        let query = try HTTPRequest(method: .get, target: "/?match[]=a&b=1+2%2B&match%5B%5D=c&empty&x=%3D%26&&=n").query
        #expect(query.all("match[]") == ["a", "c"])
        #expect(query["b"] == "1 2+")
        #expect(query["empty"] == "")
        #expect(query["x"] == "=&")
        #expect(query[""] == "n")
        #expect(query["none"] == nil)
        #expect(query.pairs.count == 6)
    }

    @Test("refuses a query that is broken", arguments: ["/?a=%", "/?%f=1", "/?a=%ff"])
    func brokenQuery(target: String) {
        #expect(throws: HTTPError.self) { try HTTPRequest(method: .get, target: target) }
    }

    @Test("puts the form before the query, and only when it is one")
    func form() throws {
        let type = "application/x-www-form-urlencoded; charset=UTF-8"
        let request = try HTTPRequest(
            method: .post, target: "/?a=3", headers: ["content-TYPE": type], body: Array("a=1&b=x%20y&a=2".utf8))
        #expect(try request.form.all("a") == ["1", "2", "3"])
        #expect(try request.form["b"] == "x y")
        let json = try HTTPRequest(
            method: .post, target: "/?a=3", headers: ["Content-Type": "application/json"], body: Array("a=1".utf8))
        #expect(try json.form.all("a") == ["3"])
        let broken = try HTTPRequest(
            method: .post, target: "/", headers: ["Content-Type": type], body: Array("a=%".utf8))
        #expect(throws: HTTPError.self) { try broken.form }
    }

    @Test("finds header fields in any case, and joins lists")
    func headers() {
        var headers: HTTPHeaders = ["Accept": "a", "ACCEPT": "b", "X": "1"]
        #expect(headers["accept"] == "a")
        #expect(headers.list("Accept") == "a,b")
        headers.set("aCCept", "c")
        #expect(headers.list("Accept") == "c")
        #expect(headers.fields.count == 2)
        headers.remove("x")
        #expect(headers["X"] == nil)
    }
}
