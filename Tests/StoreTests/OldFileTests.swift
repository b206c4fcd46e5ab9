import Foundation
import Model
import Testing

@testable import Store

/// Files of former versions.
@Suite struct OldFileTests {
    /// Fills a file of the first schema: a chunk of sixteen seconds of one target, with every kind of element, as the version
    /// before columns in letters wrote it.
    private static let rows = """
        INSERT INTO targets VALUES(3,X'936eb92c20cc883c300c2a365510da8f','old','127.0.0.1:9478','http://127.0.0.1:9478/metrics','{"instance":"127.0.0.1:9478","job":"old"}','{"__address__":"127.0.0.1:9478","__metrics_path__":"/metrics","__scheme__":"http","__scrape_interval__":"1s","__scrape_timeout__":"1s","job":"old"}',1000,1000,'active','up',1795606728600,0.0046759849999999996902,7,'',NULL);
        INSERT INTO blocks VALUES(1,3,249389);
        INSERT INTO metrics VALUES(1,'up');
        INSERT INTO metrics VALUES(2,'scrape_duration_seconds');
        INSERT INTO metrics VALUES(3,'scrape_samples_scraped');
        INSERT INTO metrics VALUES(4,'scrape_samples_post_metric_relabeling');
        INSERT INTO metrics VALUES(5,'scrape_series_added');
        INSERT INTO metrics VALUES(6,'still');
        INSERT INTO metrics VALUES(7,'counted_total');
        INSERT INTO metrics VALUES(8,'seconds_total');
        INSERT INTO metrics VALUES(9,'ratio');
        INSERT INTO metrics VALUES(10,'mixed');
        INSERT INTO metrics VALUES(11,'large');
        INSERT INTO metrics VALUES(12,'sometimes');
        INSERT INTO label_sets VALUES(128,1,3090998944195362462,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(129,2,-3220810940238580182,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(130,3,-2906404321067760364,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(131,4,5261548892141805581,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(132,5,-1203477997136641600,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(133,6,-1681005560488543459,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(134,7,8159756891607314734,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(135,8,-8889413887894959577,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(136,9,2350494386057933518,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(137,10,1023673579909225322,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(138,11,-2108481339654509930,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO label_sets VALUES(139,12,-4288785133003303179,'{"instance":"127.0.0.1:9478","job":"old"}');
        INSERT INTO windows VALUES(249389);
        INSERT INTO chunks VALUES(1096824421357715712,1795606713600,1000,16,NULL,'[[0,0,149,413],[1,149,164,569]]',X'785e9d8f416a43410c432ff40cf6c833f69ce5333708ddf5fe85a4d052d245823008fc84d075394ee0ffeb702dd2173977a331b1546db286d8292ce62c2a5c98d44e5775625dad4dc7c6521d9894c5d2684cd975b897afef7a8be7e655cc26f678c45373073f3e6f37f477ea6ffd60e1ee1423d024374b54b183f049c42624228b5841d4247a1faef1483bf27ae7cef9028f4c53a9785ecd50bb0a02410cfc97b4668f3c36c9ee27d8f803cb165768755ca3febfb0072a16a2d8482064869981496b1cb85e9705812606049a54424c5d5c424b3519a43b57a128a25539b30fd200812740b360332f39327951fd258bbe35776cbc35604238cc07403684dd7e3d0142224048e3ce86c93f91746cb4251232d56acc2e11e12f2809d74aa26266267f2d7d54da3e3506ce97793902ca7bd49f8cf7d56f72aa7d33');
        """

    private static func values(_ metric: String) -> [Double?] {
        switch metric {
        case "still": (0..<15).map { _ in 3 }
        case "counted_total": (0..<15).map { Double(1000 + $0 * $0 * 7) }
        case "seconds_total": (0..<15).map { Double("\($0 * 3).\($0 * 7 / 10)\($0 * 7 % 10)") }
        case "ratio":
            (0..<15).map {
                [0.1, 0.3272536262738952, 0.66192078239314156, 0.5, 1, 0.055715568474068333][$0 % 6]
            }
        case "mixed": (0..<15).map { [1, .nan, 2.5, .infinity, -0.0, -.infinity, 7][$0 % 7] }
        case "large": (0..<15).map { Double($0 % 3) * 0x1p40 }
        default: []
        }
    }

    @Test func aFileOfTheFirstSchemaOpensAndReadsTheSame() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        do {
            let connection = try Connection(path: folder + "/test.db", mode: .readWrite)
            try connection.execute("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = \(applicationID)")
            let first = Migrator(
                connection: connection, path: folder, migrations: Array(Migration.all().prefix(1)))
            try first.migrate(now: 0)
            try connection.execute(Self.rows)
        }
        // Long after: the series are not in memory, and have to be found in the file by their hashes.
        let scratch = try Scratch(in: folder, now: 1_796_606_800_000)
        #expect(scratch.store.registry.count == 0)
        for metric in ["still", "counted_total", "seconds_total", "ratio", "mixed", "large"] {
            let expected = Self.values(metric).map { $0.map { $0.isNaN ? notANumber : $0.bitPattern } }
            let found = try scratch.store.read([.metric(metric)])
            #expect(found.count == 1)
            #expect(found.first?.0 == ["__name__": metric, "instance": "127.0.0.1:9478", "job": "old"])
            #expect(found.first?.1.map { $0.value.isNaN ? notANumber : $0.value.bitPattern } == expected, "\(metric)")
            let shown = try scratch.shell(
                "SELECT hex(ieee754_to_blob(value)) FROM samples WHERE metric = '\(metric)' ORDER BY ts")
            #expect(shown.map { $0.isEmpty ? notANumber : UInt64($0, radix: 16) } == expected, "\(metric)")
        }
        let sometimes = try scratch.store.read([.metric("sometimes")]).first?.1 ?? []
        #expect(sometimes.filter { isStale($0.value) }.count == 3)
        #expect(sometimes.map(\.value).filter { !isStale($0) } == [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14])

        // It goes on in the new schema: its series are found again, and what is added lies beside what was there.
        let target = ScriptedTarget(scratch.store, name: "127.0.0.1:9478")
        try target.scrape(
            at: scratch.clock.now(), [(["__name__": "still", "instance": "127.0.0.1:9478", "job": "old"], "4")])
        #expect(scratch.store.closeHead())
        #expect(try scratch.shell("SELECT count(*) FROM series WHERE metric = 'still'") == ["1"])
        #expect(
            try scratch.store.read([.metric("still")]).first?.1.map(\.value) == Array(repeating: 3, count: 15) + [4])
    }
}
