/// The candidate that somebody who wrote `word` probably meant, or nil when none is near.
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
    // Any two short words are near each other.
    let allowed = word.utf8.count < 3 ? 0 : max(1, min(3, word.utf8.count / 3))
    var best: (distance: Int, word: String)?
    for candidate in candidates {
        let distance = editDistance(word, candidate, atMost: allowed)
        if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.word
}

/// Letters to insert, take away, change or swap with their neighbour to make one word of the other.
func editDistance(_ a: String, _ b: String, atMost limit: Int) -> Int {
    let a = Array(a.utf8)
    let b = Array(b.utf8)
    // The difference in length alone is a lower bound; it also keeps garbage keys of megabytes cheap.
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in b.indices {
            var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}

/// `, did you mean …?` where there is something near; otherwise nothing.
public func hint(for word: String, among candidates: some Sequence<String>) -> String {
    suggestion(for: word, among: candidates).map { ", did you mean `\($0)`?" } ?? ""
}
