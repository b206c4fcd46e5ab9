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
                        // Of a series without a sample that is taken nothing is left behind.
                        var place: SampleReceiver.Intake.Series?
                        try series.forEachSample { sample in
                            guard intake.accepts(sample) else { return }
                            let known = try place ?? intake.series(text) { try series.labels() }
                            place = known
                            intake.add(sample, to: known)
                        }
                        // It may be damaged all the same.
                        if place == nil { _ = try series.labels() }
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
