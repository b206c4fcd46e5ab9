import Glibc
import Model
import Patterns

extension Function {
    /// What looks for regular expressions.
    static let patterns = [
        Function("match", 2, takesPattern: true) { (expansion, given) throws(TemplateFault) in
            let pattern = try expansion.pattern(try text(given[0]))
            return .bool(try expansion.firstMatch(of: pattern, in: try text(given[1]), from: 0) != nil)
        },
        Function("reReplaceAll", 3, takesPattern: true) { (expansion, given) throws(TemplateFault) in
            let pattern = try expansion.pattern(try text(given[0]))
            return .text(try expansion.replacing(pattern, in: try text(given[2]), by: try text(given[1])))
        },
    ]
}

extension Expansion {
    /// A regular expression, which is compiled once in most cases.
    fileprivate mutating func pattern(_ text: String) throws(TemplateFault) -> RegularExpression {
        if let known = program.patterns[text] ?? patterns[text], sameBytes(known.pattern, text) { return known }
        let start = processorTime()
        let made: RegularExpression
        do {
            made = try RegularExpression(text, dotMatchesNewline: false)
        } catch {
            throw TemplateFault(reason(of: error))
        }
        try spend(since: start)
        // A template that makes up new ones all the time must not fill the memory with them.
        if patterns.count >= 16 { patterns = [:] }
        patterns[text] = made
        return made
    }

    fileprivate mutating func firstMatch(
        of pattern: RegularExpression, in text: String, from place: Int
    ) throws(TemplateFault) -> RegularExpression.Match? {
        if text.utf8.count > TemplateLimits.searched {
            throw TemplateFault("a text of more than \(TemplateLimits.searched) bytes is not searched")
        }
        // Asking for the time takes longer than a search in a short text.
        if text.utf8.count < 1024 {
            try spend(100)
            return pattern.firstMatch(in: text, from: place)
        }
        let start = processorTime()
        let match = pattern.firstMatch(in: text, from: place)
        try spend(since: start)
        return match
    }

    /// Accounts for the time that this thread has worked.
    private mutating func spend(since start: Int) throws(TemplateFault) {
        try spend(max(0, processorTime() - start) / 100)
    }

    /// A text with all matches of a pattern replaced, as Go's `ReplaceAllString` does.
    fileprivate mutating func replacing(
        _ pattern: RegularExpression, in text: String, by template: String
    ) throws(TemplateFault) -> String {
        var text = text
        text.makeContiguousUTF8()
        let bytes = Array(text.utf8)
        var out = LimitedText()
        var copied = 0
        var start = 0
        while start <= bytes.count, let match = try firstMatch(of: pattern, in: text, from: start) {
            try out.append(Array(bytes[copied..<match.range.lowerBound]))
            // Nothing is not found right behind something.
            if match.range.upperBound > copied || match.range.lowerBound == 0 {
                try out.append(pattern.expand(template, groups: match.groups))
            }
            copied = match.range.upperBound
            start = max(copied, start + width(bytes, start))
        }
        try out.append(Array(bytes[copied...]))
        return out.text
    }
}

/// How many bytes the character has that begins somewhere; one at the end of the text.
private func width(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start < bytes.count else { return 1 }
    return 1 + bytes[(start + 1)...].prefix { $0 & 0xc0 == 0x80 }.count
}

/// Nanoseconds that this thread has worked: another one that is in its way must not make a template fail.
private func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
