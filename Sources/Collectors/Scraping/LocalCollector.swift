import Exposition
import Model
import Threads

/// Whatever prints an exposition within the process: the host, the appliance's own figures.
public protocol LocalSource {
    /// Writes what there is to say at present.
    mutating func collect(into writer: inout ExpositionWriter)
}

/// Asks a source on a thread of its own: a file system that hangs must not keep the scraping thread waiting.
final class LocalCollector: Sendable {
    private let wishes = Mailbox<Bool>()

    /// Starts the thread; each answer goes to `deliver`.
    init(_ source: sending any LocalSource, deliver: @escaping @Sendable ([UInt8]) -> Void) throws(UserError) {
        let source = Handover(source)
        let wishes = wishes
        // Nobody waits for its end: it may hang in a question to a file server, and it writes nothing.
        try startThread(name: "collector") {
            guard var source = source.take() else { return }
            while let wish = wishes.takeAll(waitingAtMost: 3_600_000) {
                if wish.isEmpty { continue }
                var writer = ExpositionWriter(format: .text)
                source.collect(into: &writer)
                writer.finish()
                deliver(writer.bytes)
            }
        }
    }

    /// Asks for an answer.
    func ask() { wishes.post(true) }

    deinit { wishes.close() }
}
