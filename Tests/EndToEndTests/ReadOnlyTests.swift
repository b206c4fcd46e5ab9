import Foundation
import Testing

/// Places that cannot be written: a clear message, at once, and no half-made file.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct ReadOnlyTests {
    @Test(.enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)))
    func aReadOnlyFileSystemIsSaid() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 8, in: workplace)
        try disk.makeReadOnly()
        try expectRefusal(disk.path + "/vedette.db", in: workplace, words: ["read-only", "read only"])
    }

    @Test(.enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)))
    func anExistingFileOnAReadOnlyFileSystemIsSaid() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 16, in: workplace)
        let file = disk.path + "/vedette.db"
        let first = try Appliance(in: workplace, data: file)
        #expect(try first.stop() == .exit(0))
        try disk.makeReadOnly()
        try expectRefusal(file, in: workplace, words: ["read-only", "read only"])
        #expect(try queryOne("file:\(file)?immutable=1", "pragma integrity_check") == "ok")
    }

    @Test func aDirectoryThatIsNotThereIsSaid() throws {
        let workplace = try Workplace()
        try expectRefusal(workplace.file("nowhere/vedette.db"), in: workplace, words: ["nowhere"])
    }

    @Test func aDirectoryInPlaceOfAFileIsSaid() throws {
        let workplace = try Workplace()
        try expectRefusal(workplace.path, in: workplace, words: ["directory", "not a file"])
    }

    private func expectRefusal(_ file: String, in workplace: Workplace, words: [String]) throws {
        let program = try Program(
            Surroundings.binary, ["serve", "--data", file, "--listen", "127.0.0.1:0"], in: workplace)
        #expect(try program.wait(within: 10) == .exit(1), "\(program.errors)")
        let errors = program.errors
        #expect(errors.contains("vedette: cannot") && errors.contains(file), "\(errors)")
        #expect(words.contains { errors.lowercased().contains($0) }, "\(errors)")
    }
}
