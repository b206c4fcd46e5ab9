import Exposition
import Model

/// How full the file systems are.
struct FileSystemPart: HostPart {
    let names = ["filesystem"]
    let prober: MountProber

    private static let families: [(name: String, help: String, value: @Sendable (FileSystemUsage) -> Double)] = [
        ("node_filesystem_avail_bytes", "Bytes that anybody may still use.", { $0.available }),
        ("node_filesystem_files", "Inodes in all.", { $0.files }),
        ("node_filesystem_files_free", "Inodes that are free.", { $0.filesFree }),
        ("node_filesystem_free_bytes", "Bytes that are free, with those kept for the superuser.", { $0.free }),
        ("node_filesystem_size_bytes", "Bytes in all.", { $0.size }),
    ]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let mounts = try mounts(&files)
        let prefix = Array(files.root.utf8)
        let usages = prober.usages(of: mounts.map { prefix + $0.path })
        let labels = mounts.map { mount in
            [
                Label("device", mount.device.text), Label("fstype", mount.type.text),
                Label("mountpoint", mount.path[...].text),
            ]
        }
        if mounts.isEmpty { return }
        let errorName = "node_filesystem_device_error"
        writer.family(errorName, .gauge, help: "Whether the file system could not be asked.")
        for (labels, usage) in zip(labels, usages) { writer.sample(errorName, labels, usage == nil ? 1 : 0) }
        for family in FileSystemPart.families {
            writer.family(family.name, .gauge, help: family.help)
            for (labels, usage) in zip(labels, usages) {
                if let usage { writer.sample(family.name, labels, family.value(usage)) }
            }
        }
        let readOnlyName = "node_filesystem_readonly"
        writer.family(readOnlyName, .gauge, help: "Whether the file system is mounted read-only.")
        for ((mount, labels), usage) in zip(zip(mounts, labels), usages) where usage != nil {
            writer.sample(readOnlyName, labels, mount.readOnly ? 1 : 0)
        }
    }

    /// The mounts to be shown, each once. Process 1 sees the machine's mounts even where this process sees fewer.
    private func mounts(_ files: inout SystemFiles) throws(UserError) -> [Mount] {
        let text: ArraySlice<UInt8>
        if let table = files.readIfPresent("/proc/1/mounts") {
            text = table
        } else {
            text = try files.read("/proc/mounts")
        }
        var seen: Set<[UInt8]> = []
        return text.lines.compactMap { Mount(line: $0) }.filter { mount in
            !mount.isExcluded && seen.insert(mount.device + [0] + mount.type + [0] + mount.path).inserted
        }
    }
}
