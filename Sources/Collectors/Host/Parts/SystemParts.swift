import Exposition
import Glibc
import Model

/// How many files are open on the whole machine.
struct FileDescriptorPart: HostPart {
    let names = ["filefd"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let numbers = try files.read("/proc/sys/fs/file-nr").fields.prefix(3).compactMap(\.number)
        if numbers.count != 3 { throw UserError("cannot read /proc/sys/fs/file-nr: expected three numbers") }
        writer.single("node_filefd_allocated", .gauge, "Files that are open.", numbers[0])
        writer.single("node_filefd_maximum", .gauge, "Files that can be open.", numbers[2])
    }
}

/// How much randomness the kernel has at hand.
struct EntropyPart: HostPart {
    let names = ["entropy"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        guard let available = files.number("/proc/sys/kernel/random/entropy_avail"),
            let size = files.number("/proc/sys/kernel/random/poolsize")
        else { throw UserError("cannot read /proc/sys/kernel/random: expected numbers") }
        writer.single("node_entropy_available_bits", .gauge, "Bits of entropy there are.", available)
        writer.single("node_entropy_pool_size_bits", .gauge, "Bits of entropy there can be.", size)
    }
}

/// What `uname` says.
struct UnamePart: HostPart {
    let names = ["uname"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var labels: [Label] = []
        for (label, file) in [
            ("domainname", "domainname"), ("nodename", "hostname"), ("release", "osrelease"), ("sysname", "ostype"),
            ("version", "version"),
        ] {
            labels.append(Label(label, try files.read("/proc/sys/kernel/\(file)").trimmed().text))
        }
        var system = utsname()
        uname(&system)
        let machine = withUnsafeBytes(of: &system.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        writer.family("node_uname_info", .gauge, help: "The system as uname names it.")
        writer.sample("node_uname_info", labels + [Label("machine", machine)], 1)
    }
}

/// Which distribution it is, from `os-release`.
struct OperatingSystemPart: HostPart {
    let names = ["os"]

    private static let keys: [StaticString] = [
        "BUILD_ID", "ID", "ID_LIKE", "IMAGE_ID", "IMAGE_VERSION", "NAME", "PRETTY_NAME", "VARIANT", "VARIANT_ID",
        "VERSION", "VERSION_CODENAME", "VERSION_ID",
    ]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let text: ArraySlice<UInt8>
        if let release = files.readIfPresent("/etc/os-release") {
            text = release
        } else {
            text = try files.read("/usr/lib/os-release")
        }
        var labels: [Label] = []
        for line in text.lines {
            guard let (key, value) = line.cut(at: UInt8(ascii: "=")),
                OperatingSystemPart.keys.contains(where: { key.equals($0) })
            else { continue }
            let plain = OperatingSystemPart.unquoted(value.trimmed())
            if !plain.isEmpty { labels.append(Label(key.text.lowercased(), plain)) }
        }
        let all = Labels(labels)
        writer.family("node_os_info", .gauge, help: "The distribution.")
        writer.sample("node_os_info", all.pairs, 1)
        if let version = all["version_id"].flatMap(OperatingSystemPart.majorMinor) {
            let identity = all.pairs.filter { ["id", "id_like", "name"].contains($0.name) }
            writer.family("node_os_version", .gauge, help: "Major and minor version of the distribution.")
            writer.sample("node_os_version", identity, version)
        }
    }

    /// A value as a shell reads it, without its quotes and with its escapes undone.
    private static func unquoted(_ value: ArraySlice<UInt8>) -> String {
        guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), value.count >= 2,
            value.last == quote
        else { return value.text }
        let inside = value.dropFirst().dropLast()
        if quote == UInt8(ascii: "'") { return inside.text }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in inside {
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            if !isEscaped { bytes.append(byte) }
        }
        return bytes[...].text
    }

    /// `22.04.1` is 22.04.
    private static func majorMinor(_ version: String) -> Double? {
        let parts = version.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        let digits = parts.prefix(2).map { $0.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
        guard let major = digits.first, !major.isEmpty else { return nil }
        guard let minor = digits.dropFirst().first else { return Double(Substring(major)) }
        return Double("\(Substring(major)).\(Substring(minor))")
    }
}
