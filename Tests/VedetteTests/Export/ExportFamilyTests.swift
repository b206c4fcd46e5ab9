import Model
import Store
import Testing

@testable import Vedette

@Suite struct ExportFamilyTests {
    /// Metrics, what is known (`name type`), and the families: name, type, the name that is declared, metrics.
    @Test(arguments: [
        (["b", "a"], [], ["a:-:a:a", "b:-:b:b"]),
        (["up"], ["up gauge"], ["up:gauge:up:up"]),
        // The text format's way of naming a counter, and OpenMetrics'.
        (["x_total"], ["x_total counter"], ["x:counter:x_total:x_total"]),
        (["x_created", "x_total"], ["x counter"], ["x:counter:x_total:x_created,x_total"]),
        (["x"], ["x counter"], ["x:counter:x:x"]),
        (["b_info"], ["b info"], ["b:info:b_info:b_info"]),
        (
            ["h_bucket", "h_count", "h_sum", "hz"], ["h histogram"],
            ["h:histogram:h:h_bucket,h_count,h_sum", "hz:-:hz:hz"]
        ),
        (["s", "s_count", "s_sum"], ["s summary"], ["s:summary:s:s,s_count,s_sum"]),
        // The metric's own description comes first.
        (["s_count"], ["s summary", "s_count gauge"], ["s_count:gauge:s_count:s_count"]),
        // A suffix that the type does not have says nothing.
        (["g_total"], ["g gauge"], ["g_total:-:g_total:g_total"]),
        // Two families of one name: the counter gives way.
        (["f", "f_total"], ["f gauge", "f_total counter"], ["f:gauge:f:f", "f_total:unknown:f_total:f_total"]),
        (["t"], ["t untyped"], ["t:untyped:t:t"]),
    ])
    func metricsComeTogether(metrics: [String], known: [String], families: [String]) {
        let metadata = known.map { text in
            let parts = text.split(separator: " ").map(String.init)
            return FamilyMetadata(family: parts[0], type: parts[1], help: "", unit: "")
        }
        let found = ExportFamily.all(of: metrics, metadata).map { family in
            let type = family.metadata?.type ?? "-"
            return "\(family.name):\(type):\(family.declared):\(family.metrics.joined(separator: ","))"
        }
        #expect(found == families)
    }
}
