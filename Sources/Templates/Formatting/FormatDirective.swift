/// What stands between a per cent sign and its verb, and the verb: `%-08.3f`.
struct FormatDirective {
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    var width: Int?
    var precision: Int?
    var verb: Unicode.Scalar = "v"
    /// `%+v`: names are shown in records.
    var showsNames = false
    /// `%#v`: values are shown as Go would write them.
    var showsSyntax = false

    /// The plain form of any value.
    static let plain = FormatDirective()

    /// With `%v` plus and sharp mean something else than with other verbs.
    mutating func take(verb: Unicode.Scalar) {
        self.verb = verb
        guard verb == "v" else { return }
        (showsNames, showsSyntax) = (plus, sharp)
        (plus, sharp) = (false, false)
    }
}
