/// A pod, as far as somebody wants to know of it.
public struct Pod: Sendable, Hashable {
    /// A port of a container.
    public struct Port: Sendable, Hashable {
        /// Its name; empty when it has none.
        public var name = ""
        /// Its number.
        public var number: Int = 0
        /// `TCP`, `UDP` or `SCTP`.
        public var network = "TCP"

        /// A port.
        public init(name: String = "", number: Int = 0, network: String = "TCP") {
            self.name = name
            self.number = number
            self.network = network
        }
    }

    /// A container.
    public struct Container: Sendable, Hashable {
        /// Its name.
        public var name = ""
        /// Its image.
        public var image = ""
        /// What the runtime calls it; empty before it has been made.
        public var id = ""
        /// Whether it runs before the others.
        public var isInit = false
        /// Whether of those that run before the others it is one that runs on beside them.
        public var runsOn = false
        /// Its ports.
        public var ports: [Port] = []

        /// A container of which nothing is known.
        public init() {}
    }

    /// What tells it from every other pod, of all times.
    public var uid = ""
    /// Its namespace.
    public var namespace = ""
    /// Its name.
    public var name = ""
    /// Its labels, in the order of their names.
    public var labels: [Pair] = []
    /// Its annotations, in the order of their names.
    public var annotations: [Pair] = []
    /// Its address; empty as long as it has none.
    public var address = ""
    /// The node that it runs on.
    public var node = ""
    /// The address of that.
    public var hostAddress = ""
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    public var phase = ""
    /// Whether its condition `Ready` is `true`, `false` or `unknown`.
    public var ready = "unknown"
    /// Whether it is about to be deleted.
    public var isDeleted = false
    /// The kind of what made it; empty when nothing did.
    public var controllerKind = ""
    /// The name of that.
    public var controllerName = ""
    /// Its containers, those that run before the others first.
    public var containers: [Container] = []

    /// A name with a value.
    public struct Pair: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// A name with a value.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A pod of which nothing is known.
    public init() {}

    /// The value of an annotation.
    public func annotation(_ name: String) -> String? { annotations.first { $0.name == name }?.value }

    /// The value of a label.
    public func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }

    /// Whether it has come to its end.
    public var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
}
