import Model
import Templates
import Testing

/// What Alertmanager's templates ask of the data of notifications.
@Suite("Notifications")
struct NotificationTests {
    private static func alert(_ status: String, _ name: String) -> TemplateValue {
        .record([
            "Status": .text(status), "Labels": .labels(["alertname": name, "a": "1", "z": "2"]),
            "Annotations": .labels(["summary": "it is \(name)"]), "StartsAt": .time(milliseconds: 1_435_065_584_128),
        ])
    }

    private static let data = TemplateValue.record([
        "Status": .text("firing"),
        "Alerts": .list([alert("firing", "Up"), alert("resolved", "Down"), alert("firing", "Side")]),
        "CommonLabels": .labels(["alertname": "Up", "a": "1", "z": "2"]), "GroupLabels": .labels(["alertname": "Up"]),
        "Texts": .map(["b": .text("2"), "alertname": .text("x"), "a": .text("1")]), "Mixed": .map(["b": .integer(2)]),
    ])

    @Test(
        arguments: [
            ("{{ len .Alerts.Firing }} {{ len .Alerts.Resolved }} {{ .Alerts.Firing | len }}", "2 1 2"),
            ("{{ range .Alerts.Firing }}{{ .Labels.alertname }} {{ end }}", "Up Side "),
            ("{{ (index .Alerts.Resolved 0).Annotations.summary }}", "it is Down"),
            ("{{ .CommonLabels.Names | join \" \" }} {{ .CommonLabels.Values.Join \"/\" }}", "alertname a z Up/1/2"),
            ("{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }},{{ end }}", "alertname=Up,a=1,z=2,"),
            (
                "{{ .GroupLabels.SortedPairs.Values | join \" \" }} {{ .CommonLabels.SortedPairs.Names | join \" \" }}",
                "Up alertname a z"
            ),
            ("{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join \" \" }}{{ end }}", "1 2"),
            ("{{ (.CommonLabels.Remove (stringSlice \"a\" \"nope\")).a }}|{{ .CommonLabels.a }}", "|1"),
            ("{{ stringSlice \"z\" | .CommonLabels.Remove | len }}", "2"),
            ("{{ if gt (len .CommonLabels) (len .GroupLabels) }}more{{ end }}", "more"),
            // A map of texts is like labels; another one is not.
            ("{{ .Texts.Names | join \" \" }} {{ .Texts.b }} {{ .Texts.nope }}|", "alertname a b 2 |"),
            ("{{ .Mixed.b }} {{ .Mixed.nope }}", "2 <no value>"),
            ("{{ .Texts }} {{ .GroupLabels }}", "map[a:1 alertname:x b:2] map[alertname:Up]"),
            ("{{ range .Alerts }}{{ .StartsAt.Format \"15:04\" }} {{ end }}", "13:19 13:19 13:19 "),
            ("{{ (index .Alerts 0).StartsAt | date \"2006-01-02\" }}", "2015-06-23"),
            (
                "{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" | date \"15:04 MST -07:00\" }}",
                "15:19 CEST +02:00"
            ),
            ("{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" }}", "2015-06-23 15:19:44.128 +0200 CEST"),
            (
                "{{ now | tz \"Europe/Berlin\" | date \"15:04 MST\" }} {{ now | tz \"UTC\" | date \"15:04 MST\" }}",
                "12:14 CET 11:14 UTC"
            ),
            ("{{ since 1353755592 }} {{ since 1353755592 | humanizeDuration }}", "1m0s 1m 0s"),
            ("{{ (since (index .Alerts 0).StartsAt).Hours }}", "-22586.09225777778"),
        ])
    func areWrittenAsAlertmanagerDoes(template: String, want: String) throws {
        #expect(try expanded(template, Self.data) == want)
    }

    /// Among labels a method goes before a label of its name; `index` finds the label. In a map the member goes first.
    @Test func namesOfMethods() throws {
        let names: Labels = ["Names": "x"]
        #expect(try expanded("{{ .Names }} {{ index . \"Names\" }}", .labels(names)) == "[Names] x")
        #expect(try expanded("{{ .Names }} {{ index . \"Names\" }}", .map(["Names": .text("x")])) == "x x")
    }

    @Test(
        arguments: [
            ("{{ .Alerts.Nope }}", "a list has no .Nope"),
            ("{{ .Mixed.Remove 5 }}", "Remove is no function here and cannot be given arguments"),
            ("{{ .GroupLabels.Remove \"a\" }}", "a list is wanted, not a text"),
            ("{{ .GroupLabels.Remove }}", "Remove takes 1 argument, not 0"),
            ("{{ join \",\" .Alerts }}", "join: a text is wanted, not a record"),
            ("{{ tz \"Mars\" now }}", "tz: there is no zone \"Mars\""),
        ])
    func refuse(template: String, reason: String) throws {
        let error = #expect(throws: UserError.self) { try expanded(template, Self.data) }
        #expect(error?.message == "cannot expand template: \(reason)")
    }

    @Test(
        arguments: [
            ("{{ toJson .GroupLabels }}", #"{"alertname":"Up"}"#),
            (
                "{{ toJson (index .Alerts 1) }}",
                #"{"annotations":{"summary":"it is Down"},"labels":{"a":"1","alertname":"Down","z":"2"},"startsAt":"2015-06-23T13:19:44.128Z","status":"resolved"}"#
            ),
            (
                "{{ toJson (args 1 2.5 \"a\\\"\\n\" true nil) }}",
                #"{"arg0":1,"arg1":2.5,"arg2":"a\"\n","arg3":true,"arg4":null}"#
            ),
            ("{{ toJson (stringSlice \"é\" \"<&>\") }}", #"["é","<&>"]"#),
            ("{{ toJson .Mixed }} {{ toJson 1e21 }} {{ toJson 0.1 }}", #"{"b":2} 1e+21 0.1"#),
            (
                #"{"text": {{ jsonString .Status }}, "n": {{ jsonString 5 }}, "l": {{ jsonString .GroupLabels }}}"#,
                #"{"text": "firing", "n": "5", "l": "map[alertname:Up]"}"#
            ),
            ("{{ printf \"%s is \\\"%d\\\"\\t\" .Status 5 | jsonString }}", #""firing is \"5\"\t""#),
        ])
    func becomeJSON(template: String, want: String) throws { #expect(try expanded(template, Self.data) == want) }

    @Test func fieldsOfRecordsAreWrittenAsWebhooksHaveThem() throws {
        let record = TemplateValue.record(["ID": .integer(1), "ExternalURL": .text("x"), "GroupLabels": .labels(.none)])
        #expect(try expanded("{{ toJson . }}", record) == #"{"externalURL":"x","groupLabels":{},"id":1}"#)
    }
}
