extension Confirmed {
    /// Regular expressions.
    static let patterns: [(String, String)] = [
        (#"{{ match "a+" "xaay" }}"#, "true"),
        (#"{{ match "^a+$" "xaay" }}"#, "false"),
        (#"{{ match "a.b" "a\nb" }}"#, "false"),
        (#"{{ match "(?s)a.b" "a\nb" }}"#, "true"),
        (#"{{ reReplaceAll "(a)b" "x$1" "ab ab" }}"#, "xa xa"),
        (#"{{ reReplaceAll "(.*):.*" "$1" "host:9100" }}"#, "host"),
        (#"{{ reReplaceAll "a" "" "banana" }}"#, "bnn"),
        (#"{{ reReplaceAll "x*" "-" "abc" }}"#, "-a-b-c-"),
        (#"{{ reReplaceAll "x*" "-" "axxb" }}"#, "-a-b-"),
        (#"{{ reReplaceAll "x*" "-" "" }}"#, "-"),
        (#"{{ reReplaceAll "x*" "-" "é" }}"#, "-é-"),
        (#"{{ reReplaceAll "a*" "<$0>" "baaac" }}"#, "<>b<aaa>c<>"),
        (
            #"{{ reReplaceAll "(?P<first>\\w+) (\\w+)" "${2} ${first} $first_x $$ $9" "hello world" }}"#,
            "world hello  $ "
        ),
        (#"{{ reReplaceAll "^" "x" "abc" }}"#, "xabc"),
        (#"{{ reReplaceAll "$" "x" "abc" }}"#, "abcx"),
        (#"{{ reReplaceAll "\\b" "|" "ab cd" }}"#, "|ab| |cd|"),
        (#"{{ reReplaceAll "(?m)^" "> " "a\nb" }}"#, "> a\n> b"),
        (#"{{ $labels.instance | reReplaceAll ":.*" "" }}"#, "h.example.com"),
    ]
}
