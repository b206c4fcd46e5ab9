import Model
import Templates
import Testing

@Suite("What a template asks for that there is not")
struct ShapeTests {
    private static let shape = TemplateShape.record([
        "Status": .any, "Labels": .any, "Alerts": .list(.record(["Name": .any, "Labels": .any])),
    ])

    @Test(
        "is refused where that is known beforehand",
        arguments: [
            ("{{ .Sttus }}", "line 1, column 4: cannot read template: there is no .Sttus here"),
            ("{{ $.Sttus }}", "there is no .Sttus here"), ("{{ if .Sttus }}{{ end }}", "there is no .Sttus here"),
            ("{{ if .Status }}{{ .Sttus }}{{ end }}", "there is no .Sttus here"),
            ("{{ with .Status }}{{ else }}{{ .Sttus }}{{ end }}", "there is no .Sttus here"),
            ("{{ with .Labels }}{{ $.Sttus }}{{ end }}", "there is no .Sttus here"),
            ("{{ range .Alerts }}{{ .Nmae }}{{ end }}", "there is no .Nmae here, but .Labels, .Name"),
            ("{{ range .Alerts.Firing }}{{ .Nmae }}{{ end }}", "there is no .Nmae here"),
            ("{{ range .Alerts }}{{ else }}{{ .Sttus }}{{ end }}", "there is no .Sttus here"),
            ("{{ printf \"%s\" .Sttus }}", "there is no .Sttus here"),
            ("{{ (.Sttus) | toUpper }}", "there is no .Sttus here"),
            ("{{ $x := .Sttus }}", "there is no .Sttus here"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: UserError.self) { try Template(text, shape: Self.shape) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason), "\(text): \(String(describing: error))")
    }

    @Test(
        "is let be where it is not",
        arguments: [
            "{{ .Status }}{{ .Labels.anything.at.all }}", "{{ with .Labels }}{{ .anything }}{{ end }}",
            "{{ range .Alerts }}{{ .Labels.x }}{{ $.Status }}{{ end }}",
            "{{ range .Labels.SortedPairs }}{{ .Name }}{{ end }}",
            "{{ define \"x\" }}{{ .Whatever }}{{ end }}{{ template \"x\" .Labels }}",
            "{{ (index .Alerts 0).Whatever }}",
            "{{ range $i, $alert := .Alerts }}{{ $alert.Name }}{{ end }}", "{{ len .Alerts.Resolved }}", "plain .Sttus",
            "{{ .Alerts.Whatever.Else }}",
        ])
    func accepted(text: String) throws {
        _ = try Template(text, shape: Self.shape)
    }
}
