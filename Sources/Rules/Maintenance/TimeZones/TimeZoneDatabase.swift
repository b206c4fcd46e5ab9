import Configuration
import Model

/// The tz database of the machine.
struct TimeZoneDatabase {
    /// The largest of its files has some four kilobytes.
    private static let largestFile = 128 << 10

    /// Where it lies.
    let folder: String
    private let files: FileAccess

    /// A database in a folder.
    init(folder: String, files: FileAccess) {
        self.folder = folder
        self.files = files
    }

    /// The machine's: where the environment's `TZDIR` says, or where the packages of all systems put it.
    init(_ context: DecodingContext) {
        let named = context.environment?["TZDIR"] ?? ""
        self.init(folder: named.isEmpty ? "/usr/share/zoneinfo" : named, files: context.files)
    }

    /// The zone of a name such as `Europe/Berlin`.
    func zone(_ name: String) throws(UserError) -> TimeZone {
        if sameBytes(name, "UTC") { return .utc }
        let shown = quoted(String(name.prefix(64)))
        guard isZoneName(name) else {
            throw UserError("cannot use time zone \(shown): expected a name such as Europe/Berlin")
        }
        let bytes: [UInt8]
        do {
            bytes = try files.read("\(folder)/\(name)", Self.largestFile)
        } catch {
            throw UserError("cannot use time zone \(shown): \(absence(of: name, error))")
        }
        do {
            return try TimeZoneFile.zone(named: name, bytes)
        } catch {
            throw UserError("cannot use time zone \(shown): cannot read \(folder)/\(name): \(error.reason)")
        }
    }

    /// Why a zone cannot be read: it may be that there is none at all.
    private func absence(of name: String, _ error: UserError) -> String {
        let area = name.split(separator: "/").dropLast().joined(separator: "/")
        let names = [area, ""].flatMap { area in
            files.glob("\(folder)/\(area.isEmpty ? "" : area + "/")[A-Z]*").map {
                String($0.dropFirst(folder.count + 1))
            }
        }
        if names.isEmpty {
            return "there is no time zone database in \(folder) (install tzdata, or say in TZDIR where it is)"
        }
        if let near = suggestion(for: name, among: names), !sameBytes(near, name) { return "did you mean `\(near)`?" }
        return error.message
    }
}

/// Whether a name can be one of a zone, and leads nowhere but into the database's folder.
private func isZoneName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count <= 64
        && parts.allSatisfy { part in
            part.first.map { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "-") } ?? false
                && part.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                    default: "_+-.".utf8.contains(byte)
                    }
                }
        }
}
