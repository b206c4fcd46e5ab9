import Templates
import Testing

@Suite("A template's value")
struct TemplateValueTests {
    @Test("is equal to itself")
    func equality() { #expect(TemplateValue.list([.text("a")]) == .list([.text("a")])) }
}
