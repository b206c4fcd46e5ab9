extension Confirmed {
    /// Results of queries.
    static let queries: [(String, String)] = [
        (#"{{ query "m" | len }}"#, "3"),
        (#"{{ (index (query "m") 1).Value }}"#, "1.234567e+06"),
        (#"{{ len (slice (query "m") 1 2) }}"#, "1"),
        (#"{{ (query "m" | first).Value }}"#, "3.5"),
        (#"{{ (query "m" | first).Labels.job }}"#, "node"),
        (#"{{ query "m" | first | label "job" }}"#, "node"),
        (#"{{ query "m" | first | value }}"#, "3.5"),
        (#"{{ query "m" | first | label "zzz" }}"#, ""),
        (#"{{ query "m" | first }}"#, "{map[__name__:m i:a instance:h.example.com:9100 job:node] 3.5}"),
        (#"{{ query "m" | first | strvalue }}|"#, "|"),
        (#"{{ query "vector(1)" | first | value }}"#, "1"),
        (#"{{ query "m" | first | label "job" | toUpper }}"#, "NODE"),
        (#"{{ sortByLabel "job" (query "m") | len }}"#, "3"),
        (#"{{ (query "m" | sortByLabel "i" | first).Labels.i }}"#, "a"),
    ]
}
