import Configuration
import Model

extension Fields {
    /// Matchers, each a text of a list; nil when there is no such key, or when they are wrong, which has been noted then.
    func matchers(_ key: String) -> MatcherSet? {
        guard let node = node(key) else { return nil }
        let known = context.errors.count
        var matchers: [LabelMatcher] = []
        for item in context.list(node) {
            guard let text = context.string(item) else { continue }
            do throws(UserError) {
                // Compiled one by one, so that what is wrong has the place of its own line.
                let read = try readMatchers(text)
                if read.isEmpty { throw UserError("cannot read matchers: there is none") }
                matchers += try MatcherSet(read).matchers
            } catch {
                context.fail(error, at: item.place)
            }
        }
        guard context.errors.count == known else { return nil }
        do throws(UserError) {
            if matchers.isEmpty { throw UserError("`\(key)` has no matcher") }
            return try MatcherSet(matchers)
        } catch {
            context.fail(error, at: node.place)
            return nil
        }
    }

    /// A time in RFC 3339, in Unix milliseconds.
    func time(_ key: String) -> Int64? {
        guard let node = node(key), let text = context.string(node) else { return nil }
        do {
            return try readTime(text)
        } catch {
            context.fail(error, at: node.place)
            return nil
        }
    }
}
