import Model
import Testing

@testable import HTTPAPI

@Suite("Metadata")
struct MetadataRouteTests {
    private var client: RouteClient {
        var house = FakeHouse()
        house.targetMetadata = [
            (
                ["job": "a", "instance": "x:1"],
                [
                    FamilyMetadata(family: "requests", type: "counter", help: "Requests \"all\".", unit: ""),
                    FamilyMetadata(family: "sizes_bytes", type: "histogram", help: "Sizes.", unit: "bytes"),
                ]
            ),
            (["job": "b"], [FamilyMetadata(family: "load", type: "unknown", help: "", unit: "")]),
        ]
        return RouteClient(router: .standard(fakeServices(house)))
    }

    static let load = #""load":[{"type":"unknown","help":"","unit":""}]"#
    static let requests = #""requests":[{"type":"counter","help":"Requests \"all\".","unit":""}]"#
    static let sizes = #""sizes_bytes":[{"type":"histogram","help":"Sizes.","unit":"bytes"}]"#

    static let table: [Exchanged] = [
        .data("/api/v1/metadata", "{\(load),\(requests),\(sizes)}"),
        .data("/api/v1/metadata?limit=2", "{\(load),\(requests)}"),
        .data("/api/v1/metadata?limit=0", "{}"),
        .data("/api/v1/metadata?limit=-1&limit_per_metric=1", "{\(load),\(requests),\(sizes)}"),
        .data("/api/v1/metadata?metric=requests", "{\(requests)}"),
        .data("/api/v1/metadata?metric=none", "{}"),
        .error("/api/v1/metadata?limit=x", 400, "bad_data", "limit must be a number"),
        .error("/api/v1/metadata?limit_per_metric=x", 400, "bad_data", "limit_per_metric must be a number"),
        .data(
            "/api/v1/targets/metadata",
            #"[{"target":{"instance":"x:1","job":"a"},"metric":"requests","type":"counter","help":"Requests \"all\".","unit":""},"#
                + #"{"target":{"instance":"x:1","job":"a"},"metric":"sizes_bytes","type":"histogram","help":"Sizes.","unit":"bytes"},"#
                + #"{"target":{"job":"b"},"metric":"load","type":"unknown","help":"","unit":""}]"#),
        .data(
            "/api/v1/targets/metadata?match_target={job=\"b\"}",
            #"[{"target":{"job":"b"},"metric":"load","type":"unknown","help":"","unit":""}]"#),
        .data(
            "/api/v1/targets/metadata?metric=sizes_bytes",
            #"[{"target":{"instance":"x:1","job":"a"},"type":"histogram","help":"Sizes.","unit":"bytes"}]"#),
        .data(
            "/api/v1/targets/metadata?limit=1&match_target={job!=\"a\"}",
            #"[{"target":{"job":"b"},"metric":"load","type":"unknown","help":"","unit":""}]"#),
        .data(
            "/api/v1/targets/metadata?limit=1&metric=requests",
            #"[{"target":{"instance":"x:1","job":"a"},"type":"counter","help":"Requests \"all\".","unit":""}]"#),
        .data(
            "/api/v1/targets/metadata?limit=1",
            #"[{"target":{"instance":"x:1","job":"a"},"metric":"requests","type":"counter","help":"Requests \"all\".","unit":""},"#
                + #"{"target":{"instance":"x:1","job":"a"},"metric":"sizes_bytes","type":"histogram","help":"Sizes.","unit":"bytes"}]"#
        ),
        .data("/api/v1/targets/metadata?limit=0", "[]"),
        .error("/api/v1/targets/metadata?limit=x", 400, "bad_data", "limit must be a number"),
        .error(
            "/api/v1/targets/metadata?match_target={", 400, "bad_data",
            #"invalid parameter "match_target": 1:2: parse error: unexpected end of input inside braces"#),
    ]

    @Test("is told to the letter", arguments: table)
    func letter(exchanged: Exchanged) async throws {
        let answer = try await client.get(exchanged.target)
        #expect(answer.text == exchanged.json)
        #expect(answer.status.rawValue == exchanged.status)
    }
}
