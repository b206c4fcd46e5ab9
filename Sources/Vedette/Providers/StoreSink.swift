import HTTPAPI
import Model
import RemoteWrite
import Store

/// Remote writes on their way into the store.
struct StoreSink: SampleSink {
    let store: Store
    let receiver: SampleReceiver

    func store(_ request: WriteRequest) async throws -> StoredSamples {
        // Nothing is taken that would have to wait in memory: the sender keeps it better.
        if let trouble = store.trouble { throw unavailable(trouble) }
        do {
            let receipt = try await receiver.receive { intake in
                try request.forEachSeries { series in
                    try series.withLabelText { text in
                        let place = try intake.series(text) { try series.labels() }
                        try series.forEachSample { intake.add($0, to: place) }
                    }
                }
                intake.add(
                    request.metadata.map {
                        FamilyMetadata(family: $0.family, type: $0.type, help: $0.help, unit: $0.unit)
                    })
            }
            return StoredSamples(stored: receipt.samples, future: receipt.future, outOfRange: receipt.outOfRange)
        } catch let error as StoreRefusal {
            throw unavailable("\(error)")
        } catch let error as StoreClosed {
            throw unavailable("\(error)")
        }
    }
}
