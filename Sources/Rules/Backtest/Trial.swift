import Actions
import Model
import PromQL

/// Something that is tried out on the past, a rule or a threshold: the machine that judges the present, with times of the past.
protocol Trial: AnyObject {
    /// What is known of it beforehand.
    var traits: TrialTraits { get }

    /// Goes on to the next of its times. `answer` is the answer to its query then; without one it has to ask `past` itself.
    func judge(at now: Int64, _ answer: [VectorElement]?, over past: any SeriesSource, _ found: inout WindowFindings)

    /// What has come of it.
    func report() -> BacktestReport.Rule
}

/// What is known of a trial before anything is judged.
struct TrialTraits {
    /// When it is judged.
    let schedule: GroupSchedule
    /// What it asks for, and how far that looks.
    let query: ParsedQuery
    let reach: QueryReach
    /// How far its query looks back as a whole, in milliseconds.
    var queryOffset: Int64 = 0
    /// The group that it is judged with, one after the other; nil for thresholds, which record nothing that others could see.
    var group: Int?
    /// The series that it may record.
    var outputs: [RuleOutput] = []
    /// Whether it may ask for anything while it is judged.
    var mayAskAnything = false
    /// Whether its query has to be asked for each time by itself: for many times at once it may mean something else.
    var isAskedByItself: Bool

    /// The times within a range at which it is judged; nil when there are none.
    func times(from: Int64, to: Int64) -> Steps? {
        var first = schedule.last(at: from)
        if first < from { first = first.after(schedule.interval) }
        return first <= to ? Steps(from: first, to: to, every: schedule.interval) : nil
    }
}

/// What has come of a window of the past.
struct WindowFindings {
    /// What routes hear of.
    var events: [AlertEvent] = []
    /// What thresholds would have had done.
    var actions: [BacktestReport.Act] = []
}

/// Something that routes hear of.
struct AlertEvent {
    /// What has happened to the alert.
    enum Kind {
        case began(ActionAlert)
        case goesOn(Double?)
        case ended
    }

    let time: Int64
    let labels: Labels
    let kind: Kind
}

/// The alerts of a trial that fire.
struct FiringAlerts {
    private struct Known {
        var value: Double?
        /// The last time at which it fired.
        var time: Int64
    }

    private var known: [Labels: Known] = [:]

    var isEmpty: Bool { known.isEmpty }

    /// Notes which alerts fire at a time, and tells what that changes. An alert is made when it is new.
    mutating func note<Alert>(
        _ alerts: some Sequence<Alert>, at now: Int64, _ events: inout [AlertEvent],
        _ read: (Alert) -> (labels: Labels, value: Double?), _ made: (Alert) -> ActionAlert
    ) {
        var count = 0
        for alert in alerts {
            let (labels, value) = read(alert)
            guard let before = known[labels] else {
                known[labels] = Known(value: value, time: now)
                count += 1
                events.append(AlertEvent(time: now, labels: labels, kind: .began(made(alert))))
                continue
            }
            if before.time != now { count += 1 }
            known[labels] = Known(value: value, time: now)
            if before.value?.bitPattern != value?.bitPattern {
                events.append(AlertEvent(time: now, labels: labels, kind: .goesOn(value)))
            }
        }
        if count == known.count { return }
        for (labels, alert) in known where alert.time != now {
            events.append(AlertEvent(time: now, labels: labels, kind: .ended))
            known[labels] = nil
        }
    }
}

/// What could not be judged, each reason once.
struct TrialProblems {
    /// More than anybody reads.
    private static let most = 20

    private(set) var all: [BacktestReport.Problem] = []

    mutating func note(_ reason: String, of rule: String, at time: Int64) {
        if let place = all.firstIndex(where: { sameBytes($0.reason, reason) }) {
            all[place].count += 1
        } else if all.count < Self.most {
            all.append(.init(rule: rule, reason: reason, first: time, count: 1))
        }
    }
}
