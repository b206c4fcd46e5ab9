import Foundation
import Model
import Testing

@Suite("Base 64")
struct Base64Tests {
    @Test("is read and written as Foundation does", arguments: 0..<40)
    func base64(length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 5) }
        let text = Data(bytes).base64EncodedString()
        #expect(decodedBase64(text.utf8) == bytes)
        #expect(decodedBase64(text.filter { $0 != "=" }.utf8) == bytes)
        #expect(encodedBase64(bytes) == text)
    }

    @Test("refuses what is broken", arguments: ["A", "AA=", "AAA==", "A=AA", "AA*A", "AAAA=", "====", "AAAAA"])
    func brokenBase64(text: String) { #expect(decodedBase64(text.utf8) == nil) }
}
