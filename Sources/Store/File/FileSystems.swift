import CPlatform
import Model

/// WAL needs shared memory between the processes that use a file, and locks that work: network file systems have neither
/// (https://sqlite.org/wal.html).
func networkFileSystem(type: Int) -> String? {
    // The magic numbers of statfs(2).
    let names: [Int: String] = [
        0x6969: "NFS", 0x517b: "SMB", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB2", 0x0102_1997: "9P", 0x00c3_6400: "Ceph",
        0x5346_414f: "AFS", 0x7375_7245: "Coda", 0x0bd0_0bd0: "Lustre", 0x4750_4653: "GPFS", 0x1983_0326: "BeeGFS",
        0x0131_11a8: "OrangeFS", 0x5750_4653: "WPFS",
    ]
    return names[type & 0xffff_ffff]
}

/// Throws when a file would lie on a network file system.
func refuseNetworkFileSystem(
    _ path: String, typeOf: (String) -> Int = { Int(platform_file_system_type($0)) }
) throws(UserError) {
    if let name = networkFileSystem(type: typeOf(folder(of: path))) {
        throw UserError(
            "cannot open \(path): it lies on a network file system (\(name)), where SQLite can lose data; "
                + "use a local disk or a block volume")
    }
}

/// The folder in which a file lies.
func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
