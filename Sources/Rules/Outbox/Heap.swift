/// Elements of which the smallest can be had at any time: adding one, or taking that one out, costs a few comparisons.
struct Heap<Element: Comparable> {
    /// Each is no greater than the two at twice its place.
    private var elements: [Element] = []

    /// The smallest; nil when there is none.
    var first: Element? { elements.first }

    /// Adds an element.
    mutating func insert(_ element: Element) {
        elements.append(element)
        var place = elements.count - 1
        while place > 0, elements[place] < elements[(place - 1) / 2] {
            elements.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the smallest out.
    mutating func removeFirst() {
        guard let last = elements.popLast(), !elements.isEmpty else { return }
        elements[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < elements.count {
                if elements[child] < elements[least] { least = child }
            }
            if least == place { return }
            elements.swapAt(place, least)
            place = least
        }
    }
}
