import Model
import Templates
import Testing

@Suite("Times in templates")
struct TimeTests {
    private static func show(_ layout: String, _ seconds: Int64, _ nanoseconds: Int64 = 0, _ zone: TemplateZone = .utc)
        throws -> String
    {
        let time = TemplateTime(PreciseTime(seconds: seconds, nanoseconds: nanoseconds), zone: zone)
        return try expanded("{{ .t.Format .l }}", .map(["t": .time(time), "l": .text(layout)]))
    }

    @Test(
        arguments: [
            ("15 3 03 PM pm", "00 12 12 AM am"), ("2006-01-02T15:04:05Z07:00", "2020-02-29T00:05:06Z"),
            ("Jan January Mon Monday Jane Month", "Feb February Sat Saturday Jane Month"),
            ("_2 __2 002 2 02 1 01 06", "29  60 060 29 29 2 02 20"), ("05.000 05,9 .999999999 5.", "06.007 06 .007 6."),
            (".0001 .00x", ".0002 .00x"), ("_2006", "_2020"), ("", ""), ("é Zz", "é Zz"),
        ])
    func areShownByExample(layout: String, want: String) throws {
        #expect(try Self.show(layout, 1_582_934_706, 7_000_000) == want)
    }

    @Test(
        arguments: [
            (5400, "", "+0130 +01:30 +01 +013000 +0130"), (-12_600, "", "-0330 -03:30 -03 -033000 -0330"),
            (7200, "CEST", "+0200 +02:00 +02 +020000 CEST"), (7200, "", "+0200 +02:00 +02 +020000 +02"),
        ] as [(Int64, String, String)])
    func knowTheirZone(offset: Int64, name: String, want: String) throws {
        #expect(try Self.show("-0700 Z07:00 -07 -070000 MST", 0, 0, TemplateZone(offset: offset, name: name)) == want)
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (1_500_000, "1.5ms"), (1_000_000_000, "1s"),
            (61_500_000_000, "1m1.5s"),
            (-3_600_000_000_000, "-1h0m0s"), (.min, "-2562047h47m16.854775808s"), (.max, "2562047h47m16.854775807s"),
        ] as [(Int64, String)])
    func durationsAreShownAsGoDoes(nanoseconds: Int64, want: String) throws {
        #expect(try expanded("{{ . }}", .duration(nanoseconds)) == want)
        #expect(try expanded("{{ .String }}", .duration(nanoseconds)) == want)
    }

    /// What is beyond every calendar is shown somehow, and ends nothing.
    @Test(arguments: [Int64.min, -9_223_372_036_854_775, 9_223_372_036_854_775, .max])
    func theEndsOfTime(seconds: Int64) throws {
        let zone = TemplateZone(offset: seconds < 0 ? -86_400 : 86_400, name: "")
        let time = TemplateValue.time(TemplateTime(PreciseTime(seconds: seconds, nanoseconds: 999_999_999), zone: zone))
        for action in [
            "{{ . }}", "{{ .Add 9223372036854775807 }}", "{{ .UnixNano }}", "{{ .UnixMilli }}", "{{ .Sub . }}",
            "{{ .YearDay }}{{ .Weekday }}{{ .Month }}", "{{ since . }}", "{{ toJson . }}",
        ] {
            #expect(try !expanded(action, time).isEmpty)
        }
    }
}
