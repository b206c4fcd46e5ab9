/// What a template is filled with, and what its parts evaluate to.
public indirect enum TemplateValue: Sendable, Hashable {
    /// No value at all.
    case nothing
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number.
    case number(Double)
    /// A text.
    case text(String)
    /// Several values in order.
    case list([TemplateValue])
    /// Values by name; in the order of the names' bytes wherever order shows.
    case map([String: TemplateValue])
}
