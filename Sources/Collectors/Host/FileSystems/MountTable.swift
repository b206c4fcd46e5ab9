import Model

/// A line of the mount table.
struct Mount {
    /// What is mounted.
    var device: ArraySlice<UInt8>
    /// Where, with its escapes undone: any bytes but zero.
    var path: [UInt8]
    var type: ArraySlice<UInt8>
    var readOnly: Bool

    /// Reads a line of `/proc/mounts`; nil when it is not one.
    init?(line: ArraySlice<UInt8>) {
        var fields = line.fields
        guard let device = fields.next(), let path = fields.next(), let type = fields.next(),
            let options = fields.next()
        else { return nil }
        self.device = device
        self.path = Mount.unescaped(path)
        self.type = type
        readOnly = TextPieces(options) { $0 == UInt8(ascii: ",") }.contains { $0.equals("ro") }
    }

    /// The kernel writes space, tab, newline, `#` and backslash as a backslash and three octal digits.
    static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, let code = UInt8(rest.prefix(3).text, radix: 8), code != 0 {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Whether node_exporter leaves it out by default: what holds no files of anybody's.
    var isExcluded: Bool { Mount.isExcluded(type: type) || Mount.isExcluded(path: path[...]) }

    /// `^(autofs|binfmt_misc|…|tracefs)$`
    static func isExcluded(type: ArraySlice<UInt8>) -> Bool {
        let excluded: [StaticString] = [
            "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
            "fusectl", "hugetlbfs", "iso9660", "mqueue", "nsfs", "overlay", "proc", "procfs", "pstore", "rpc_pipefs",
            "securityfs", "selinuxfs", "squashfs", "sysfs", "tracefs",
        ]
        return excluded.contains { type.equals($0) }
    }

    /// `^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)`
    static func isExcluded(path: ArraySlice<UInt8>) -> Bool {
        let trees: [StaticString] = ["/dev", "/proc", "/sys"]
        if trees.contains(where: { path.equals($0) || isInside(path, $0) }) { return true }
        let parents: [StaticString] = ["/run/credentials", "/var/lib/docker", "/var/lib/containers/storage"]
        return parents.contains { path.count > $0.utf8CodeUnitCount + 1 && isInside(path, $0) }
    }

    private static func isInside(_ path: ArraySlice<UInt8>, _ directory: StaticString) -> Bool {
        path.begins(with: directory) && path.dropFirst(directory.utf8CodeUnitCount).first == UInt8(ascii: "/")
    }
}
