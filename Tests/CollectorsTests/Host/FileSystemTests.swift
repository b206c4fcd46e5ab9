import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Collectors

private let usage = FileSystemUsage(size: 100, free: 60, available: 50, files: 10, filesFree: 4)

@Suite("File systems")
struct FileSystemTests {
    @Test func mountPointsWithOddNames() throws {
        let tree = try HostTree([
            "/proc/1/mounts": """
            /dev/sda1 / ext4 rw,relatime 0 0
            /dev/sda1 / ext4 rw,relatime 0 0
            /dev/sdb1 /mnt/my\\040disk\\011a\\012b\\134c xfs ro,noatime 0 0
            //server/a\\040b /mnt/\\"q" cifs rw 0 0
            tmpfs /run tmpfs rw,nosuid,robust 0 0
            proc /proc proc rw 0 0
            overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
            broken /mnt/broken
            server:/x /mnt/gone nfs4 rw 0 0
            dev /mnt/\\999\\04 ext2 rw 0 0

            """,
            "/proc/mounts": "never /never ext4 rw 0 0\n",
        ])
        let root = tree.root
        let asked = Mutex<[String]>([])
        var collector = tree.collector { path in
            let path = String(decoding: path, as: UTF8.self)
            asked.withLock { $0.append(path) }
            return path.hasSuffix("/gone") ? nil : usage
        }
        let families = try Families(&collector)
        #expect(
            asked.withLock { $0 }
                == [
                    "/", "/mnt/my disk\ta\nb\\c", "/mnt/\\\"q\"", "/run", "/mnt/gone", "/mnt/\\999\\04",
                ].map { root + $0 })
        #expect(
            families["node_filesystem_device_error"] == [
                #"device="/dev/sda1",fstype="ext4",mountpoint="/""#: 0,
                "device=\"/dev/sdb1\",fstype=\"xfs\",mountpoint=\"/mnt/my disk\ta\\nb\\\\c\"": 0,
                #"device="//server/a\\040b",fstype="cifs",mountpoint="/mnt/\\\"q\"""#: 0,
                #"device="tmpfs",fstype="tmpfs",mountpoint="/run""#: 0,
                #"device="server:/x",fstype="nfs4",mountpoint="/mnt/gone""#: 1,
                #"device="dev",fstype="ext2",mountpoint="/mnt/\\999\\04""#: 0,
            ])
        #expect(families["node_filesystem_size_bytes"].count == 5)
        let rootLabels = #"device="/dev/sda1",fstype="ext4",mountpoint="/""#
        #expect(families["node_filesystem_size_bytes"][rootLabels] == 100)
        #expect(families["node_filesystem_free_bytes"][rootLabels] == 60)
        #expect(families["node_filesystem_avail_bytes"][rootLabels] == 50)
        #expect(families["node_filesystem_files"][rootLabels] == 10)
        #expect(families["node_filesystem_files_free"][rootLabels] == 4)
        #expect(families["node_filesystem_readonly"][rootLabels] == 0)
        #expect(families["node_filesystem_readonly"].values.filter { $0 == 1 }.count == 1)
    }

    @Test func withoutProcessOneItsOwnMountsServe() throws {
        let tree = try HostTree(["/proc/mounts": "a /a ext4 rw 0 0\n"])
        var collector = tree.collector { _ in usage }
        #expect(try Families(&collector)["node_filesystem_size_bytes"].count == 1)
    }

    @Test func theRealQuestion() throws {
        let usage = try #require(FileSystemUsage.ask(Array("/".utf8)))
        #expect(usage.available > 0 && usage.size > 0 && usage.free <= usage.size && usage.available <= usage.free)
        #expect(FileSystemUsage.ask(Array("/no/such/directory".utf8)) == nil)
    }
}

@Suite("Mounts that hang")
struct MountProberTests {
    /// File systems of which some never answer, until they are let go.
    private final class Server: Sendable {
        let hanging: Mutex<Set<String>>
        let asked = Mutex<[String: Int]>([:])
        let gate = DispatchSemaphore(value: 0)

        init(hanging: Set<String>) { self.hanging = Mutex(hanging) }

        func ask(_ path: [UInt8]) -> FileSystemUsage? {
            let path = String(decoding: path, as: UTF8.self)
            asked.withLock { $0[path, default: 0] += 1 }
            if hanging.withLock({ $0.contains(path) }) { gate.wait() }
            return usage
        }
    }

    @Test func theOthersAreAnsweredAndItIsNotAskedAgainUntilItComesBack() throws {
        let server = Server(hanging: ["/b"])
        let prober = MountProber(patience: .milliseconds(250)) { server.ask($0) }
        let paths = ["/a", "/b", "/c", "/d"].map { Array($0.utf8) }
        #expect(prober.usages(of: paths).map { $0 != nil } == [true, false, true, true])
        #expect(prober.usages(of: paths).map { $0 != nil } == [true, false, true, true])
        #expect(server.asked.withLock { $0 } == ["/a": 2, "/b": 1, "/c": 2, "/d": 2])

        server.hanging.withLock { $0 = [] }
        server.gate.signal()
        // Its thread has to come back first; how soon is the kernel's affair.
        var answers: [Bool] = []
        for _ in 0..<1000 {
            answers = prober.usages(of: paths).map { $0 != nil }
            if answers[1] { break }
            sched_yield()
        }
        #expect(answers == [true, true, true, true])
    }

    @Test func aRoundIsBoundedHoweverManyHang() {
        let server = Server(hanging: Set((0..<10).map { "/\($0)" }))
        let prober = MountProber(patience: .milliseconds(100)) { server.ask($0) }
        let paths = (0..<11).map { Array("/\($0)".utf8) }
        // Three a round, and the healthy one last: it is reached in the fourth.
        for round in 1...4 {
            let answered = prober.usages(of: paths).filter { $0 != nil }.count
            #expect(answered == (round == 4 ? 1 : 0))
            #expect(server.asked.withLock { $0.count } == min(round * 3, 11))
        }
        #expect(server.asked.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<11).map { ("/\($0)", 1) }))
        for _ in 0..<10 { server.gate.signal() }
    }

    @Test func nothingToAsk() {
        #expect(MountProber().usages(of: []).isEmpty)
    }
}
