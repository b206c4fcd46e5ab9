import Model
import RemoteWrite
import Testing
import WriteBodies

@Suite struct WriteRequestTests {
    @Test func seriesAndSamplesAreRead() throws {
        var body = WriteBody([
            ([("__name__", "up"), ("job", "a")], [Sample(1000, 1), Sample(-5, .infinity)]),
            ([("zone", "é"), ("__name__", "temp"), ("empty", "")], [Sample(2000, staleMarker)]),
        ])
        body.add(metadata: 1, "temp", help: "How warm.", unit: "celsius")
        let request = try WriteRequest(message: try SnappyBlock(body.packed).unpack())
        #expect(request.sampleCount == 3)
        var found: [(Labels, [(Int64, UInt64)])] = []
        try request.forEachSeries { series in
            var samples: [(Int64, UInt64)] = []
            try series.forEachSample { samples.append(($0.timestamp, $0.value.bitPattern)) }
            found.append((try series.labels(), samples))
        }
        #expect(found.map(\.0) == [["__name__": "up", "job": "a"], ["__name__": "temp", "zone": "é"]])
        #expect(found[0].1.map(\.0) == [1000, -5])
        #expect(found[1].1.map(\.1) == [staleMarker.bitPattern])
        #expect(request.metadata.map(\.family) == ["temp"])
        #expect(request.metadata.map(\.type) == ["counter"])
        #expect(request.metadata.map(\.help) == ["How warm."])
        #expect(request.metadata.map(\.unit) == ["celsius"])
    }
}
