import Model
import Testing

@testable import Rules

/// Several electors on one store, with clocks that run fast or slow, answers that come late or never, stops and restarts.
private struct Simulation {
    /// A request on its way: it takes effect at one time and is answered at a later one.
    private struct Flight {
        var node: Int
        var life: Int
        var request: LeaseElector.Request
        var effectAt: Int64
        var answerAt: Int64
        var hasEffect: Bool
        var fails: Bool
        var read: StoredLease?
        var writing: LeaseWriting?
    }

    private struct Node {
        var identity: String
        var elector: LeaseElector
        /// Thousandths of a true millisecond that its clock counts for one.
        var rate: Int64
        var offset: Int64
        var stoppedUntil: Int64 = 0
        /// How often it was restarted: an answer to an earlier life reaches nobody.
        var life = 0
        var rememberedEpoch: Int64 = 0
    }

    private var generator: SplitMix
    private var lease: StoredLease?
    private var writings = 0
    private var nodes: [Node] = []
    private var flights: [Flight] = []
    private var holders: [Int64: Int] = [:]
    private(set) var time: Int64 = 0
    private(set) var violations: [String] = []
    /// How long nobody has acted, and the longest time that was so.
    private(set) var leaderless: Int64 = 0
    private(set) var turns = 0
    var latency: Int64 = 300
    var faults = true

    init(seed: UInt64, nodes count: Int, drift: Int64) {
        generator = SplitMix(seed: seed)
        for index in 0..<count {
            nodes.append(
                Node(
                    identity: "node\(index)",
                    elector: LeaseElector(identity: "node\(index)", timing: .standard, leastEpoch: 0),
                    rate: 1000 + Int64.random(in: -drift...drift, using: &generator),
                    offset: Int64.random(in: 0...1_000_000, using: &generator)))
        }
    }

    private func clock(_ node: Node) -> Int64 { node.offset + time * node.rate / 1000 }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &generator) == 0 }

    var actors: [Int] {
        nodes.indices.filter { nodes[$0].stoppedUntil <= time && nodes[$0].elector.mayAct(at: clock(nodes[$0])) }
    }

    /// Stops those who act, for ever.
    mutating func kill(_ victims: [Int]) {
        for victim in victims { nodes[victim].stoppedUntil = .max }
    }

    mutating func run(milliseconds: Int64, step: Int64 = 20) {
        let end = time + milliseconds
        while time < end {
            time += step
            // First of all, before anybody has had the time to notice that anything happened.
            check(step)
            if faults { disturb() }
            takeEffect()
            answer()
            for index in nodes.indices where nodes[index].stoppedUntil <= time {
                let now = clock(nodes[index])
                if now >= nodes[index].elector.nextStep(after: now) { send(index, nodes[index].elector.step(at: now)) }
            }
        }
    }

    private mutating func check(_ step: Int64) {
        let actors = actors
        if actors.count > 1, violations.count < 3 { violations.append("\(actors) act at \(time)") }
        leaderless = actors.isEmpty ? leaderless + step : 0
        for actor in actors {
            let epoch = nodes[actor].elector.epoch
            if let holder = holders[epoch], holder != actor, violations.count < 3 {
                violations.append("\(holder) and \(actor) act in epoch \(epoch)")
            }
            if holders[epoch] == nil { turns += 1 }
            holders[epoch] = actor
            if epoch < nodes[actor].rememberedEpoch, violations.count < 3 { violations.append("\(epoch) came back") }
        }
        for index in nodes.indices where nodes[index].stoppedUntil <= time {
            nodes[index].rememberedEpoch = max(nodes[index].rememberedEpoch, nodes[index].elector.epoch)
        }
    }

    private mutating func disturb() {
        for index in nodes.indices where chance(2000) {
            if chance(3) {
                // Killed and started again, with what it remembers.
                nodes[index].elector = LeaseElector(
                    identity: nodes[index].identity, timing: .standard, leastEpoch: nodes[index].rememberedEpoch)
                nodes[index].life += 1
                nodes[index].offset = Int64.random(in: 0...1_000_000, using: &generator)
            }
            nodes[index].stoppedUntil = time + Int64.random(in: 0...40_000, using: &generator)
        }
    }

    private mutating func send(_ node: Int, _ request: LeaseElector.Request?) {
        guard let request else { return }
        var slow = latency
        // Now and then the store hangs for longer than the lease.
        if faults, chance(40) { slow = 20_000 }
        let effectAt = time + Int64.random(in: 0...slow, using: &generator)
        let fails = faults && chance(15)
        flights.append(
            Flight(
                node: node, life: nodes[node].life, request: request, effectAt: effectAt,
                answerAt: effectAt + Int64.random(in: 0...slow, using: &generator), hasEffect: !fails || chance(2),
                fails: fails))
    }

    private mutating func takeEffect() {
        for index in flights.indices where flights[index].effectAt <= time && flights[index].effectAt >= 0 {
            flights[index].effectAt = -1
            switch flights[index].request {
            case .read: flights[index].read = lease
            case .write(let record, let version):
                guard flights[index].hasEffect else { continue }
                if version == lease?.version {
                    writings += 1
                    lease = StoredLease(record: record, version: "\(writings)")
                    flights[index].writing = .written(version: "\(writings)")
                } else {
                    flights[index].writing = .changed
                }
            }
        }
    }

    private mutating func answer() {
        let answered = flights.filter { $0.effectAt < 0 && $0.answerAt <= time && nodes[$0.node].stoppedUntil <= time }
        flights.removeAll { $0.effectAt < 0 && $0.answerAt <= time && nodes[$0.node].stoppedUntil <= time }
        for flight in answered where flight.life == nodes[flight.node].life {
            let now = clock(nodes[flight.node])
            let error = UserError("lost")
            switch flight.request {
            case .read:
                let result: Result<StoredLease?, UserError> = flight.fails ? .failure(error) : .success(flight.read)
                send(flight.node, nodes[flight.node].elector.hasRead(result, at: now))
            case .write:
                let result = flight.writing.flatMap { flight.fails ? nil : .success($0) } ?? Result.failure(error)
                send(flight.node, nodes[flight.node].elector.hasWritten(result, at: now))
            }
        }
    }
}

@Suite struct LeaseSimulationTests {
    /// Whatever happens, no two act at once, and no two ever in one epoch; and when it is over, one does again.
    @Test(arguments: Array(UInt64(1)...6), [2, 3]) func neverTwo(_ seed: UInt64, _ nodes: Int) {
        // The lease is half as long again as the deadline: so far apart the clocks may run.
        var simulation = Simulation(seed: seed, nodes: nodes, drift: 150)
        simulation.run(milliseconds: 600_000)
        #expect(simulation.violations == [])
        simulation.faults = false
        simulation.latency = 50
        // What hangs comes back, and who is stopped goes on.
        simulation.run(milliseconds: 60_000)
        #expect(simulation.actors.count == 1)
        let turns = simulation.turns
        simulation.run(milliseconds: 120_000)
        #expect(simulation.violations == [])
        #expect(simulation.actors.count == 1)
        #expect(simulation.turns == turns)
    }

    /// Whenever the leader dies, another one acts within the lease and two periods.
    @Test(arguments: UInt64(1)...40) func oneTakesOver(_ seed: UInt64) {
        var simulation = Simulation(seed: seed, nodes: 3, drift: 0)
        simulation.faults = false
        simulation.latency = 20
        simulation.run(milliseconds: 30_000 + Int64(seed) * 137)
        let leader = simulation.actors
        #expect(leader.count == 1)
        simulation.kill(leader)
        simulation.run(milliseconds: 15_000 + 2 * 2000)
        #expect(simulation.actors.count == 1)
        #expect(simulation.actors != leader)
        #expect(simulation.violations == [])
    }
}
