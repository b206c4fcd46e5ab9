import Configuration
import Model
import Threads

/// `leadership`: whose turn it is to act, among several instances. Without it an instance is alone.
public struct LeadershipSection: ConfigurationSection, Hashable {
    /// `lease`: one that the API server of the cluster keeps.
    public struct Lease: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its namespace; nil for the one that we run in.
        public var namespace: String?

        /// A lease by its name.
        public init(name: String, namespace: String? = nil) {
            self.name = name
            self.namespace = namespace
        }
    }

    /// `lease`: in the cluster.
    public var lease: Lease?
    /// `lock_file`: the lease, on a volume that all instances share; ready to be opened.
    public var lockFile: String?
    /// Where that stands.
    public var lockFilePlace: Place?
    /// `identity`: the name of this instance; nil leaves it to the instance.
    public var identity: String?
    /// `lease_duration`, `renew_deadline`, `retry_period`
    public var timing = LeaseTiming.standard

    /// Alone.
    public init() {}

    /// Looks whether the lock file could be used; what is wrong, with its place. A volume that does not answer may do so later.
    public func check() async -> UserError? {
        guard let lockFile else { return nil }
        let answer = Answer<UserError?>()
        do throws(UserError) {
            try startThread(name: "lease-check") {
                do throws(UserError) {
                    try LockFileLease(path: lockFile).check()
                    answer.give(nil)
                } catch {
                    answer.give(error)
                }
            }
        } catch {
            return error
        }
        let patience = Task {
            do {
                try await Task.sleep(for: .seconds(3))
                answer.give(nil)
            } catch {
                // The answer has come.
            }
        }
        defer { patience.cancel() }
        let found = await withCheckedContinuation { answer.awaited(by: $0) }
        return found.map { UserError($0.message, at: lockFilePlace) }
    }

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        lockFile = fields.string("lock_file").map { context.path($0) }
        lockFilePlace = fields.place(of: "lock_file")
        lease = fields.section("lease")
        if (lockFile == nil) == (lease == nil) {
            context.fail("one of `lock_file` and `lease` is expected", at: fields.place)
        }
        identity = fields.string("identity")
        if let identity, identity.isEmpty || identity.utf8.count > 253 || identity.utf8.contains(where: { $0 < 0x20 }) {
            context.fail("`identity` must have from 1 to 253 printable characters", at: fields.place(of: "identity"))
        }
        let keys = ["lease_duration", "renew_deadline", "retry_period"]
        do {
            let standard = LeaseTiming.standard
            timing = try LeaseTiming(
                leaseDuration: fields.duration(keys[0]) ?? standard.leaseDuration,
                renewDeadline: fields.duration(keys[1]) ?? standard.renewDeadline,
                retryPeriod: fields.duration(keys[2]) ?? standard.retryPeriod)
        } catch {
            let first = keys.first { fields.node($0) != nil }
            context.fail("cannot use these times: \(error.message)", at: fields.place(of: first ?? keys[0]))
        }
        fields.finish()
    }
}

extension LeadershipSection.Lease: ConfigurationSection {
    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        self.init(name: fields.required("name") ?? "", namespace: fields.string("namespace"))
        for (key, name) in [("name", self.name), ("namespace", namespace ?? "x")] where !name.isEmpty {
            let isName = name.utf8.allSatisfy { byte in
                byte &- 0x30 < 10 || byte &- 0x61 < 26 || "-.".utf8.contains(byte)
            }
            if !isName || name.utf8.count > 253 {
                context.fail("lower-case letters, digits, `-` and `.` are expected", at: fields.place(of: key))
            }
        }
        fields.finish()
    }
}
