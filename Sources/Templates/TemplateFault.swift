/// What is wrong with a template or with expanding it, before it is told with the template's name.
struct TemplateFault: Error {
    /// The reason, as it stands behind the colon of a sentence.
    var reason: String
    /// The byte of the template that is meant; nil until somebody knows.
    var at: Int?

    init(_ reason: String, at: Int? = nil) {
        self.reason = reason
        self.at = at
    }

    /// The same, at this place if none is known yet.
    func placed(at place: Int) -> TemplateFault { TemplateFault(reason, at: at ?? place) }
}
