import Model

/// How things stood when a group was evaluated, apart from the states: a column of its row.
struct GroupClock {
    var reading: ClockReading?
    /// The last turn in which it was ours to act; nil when it never was.
    var epoch: Int64?

    init(reading: ClockReading?, epoch: Int64?) {
        self.reading = reading
        self.epoch = epoch
    }

    /// Reads what was stored; what cannot be read is not known.
    init(json text: String) {
        reading = ClockReading(json: text)
        let value = Result { () throws(UserError) in try JSONValue(Array(text.utf8)) }
        if case .success(let value) = value { epoch = value["epoch"]?.integer }
    }

    /// As it is stored.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            reading?.write(to: &json)
            if let epoch { json.member("epoch", epoch) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
