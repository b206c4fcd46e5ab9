import Model
import Testing

@testable import Store

@Suite("Labels as the file holds them")
struct LabelsJSONTests {
    @Test("are written like all JSON, without the metric's name, and come back as they were")
    func roundTrip() {
        let labels: Labels = ["__name__": "up", "job": "a\tb\r\n\"c\"\\\u{1}", "zürich": "日本"]
        let text = labelsJSON(labels)
        #expect(text == #"{"job":"a\tb\r\n\"c\"\\\u0001","zürich":"日本"}"#)
        #expect(storedLabels(metric: "up", json: text) == labels)
        #expect(labelsJSON(["__name__": "up"]) == "{}")
    }
}
