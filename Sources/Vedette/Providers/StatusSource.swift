import Glibc
import HTTPAPI
import Instruments
import Model

/// What the status pages say about the appliance.
struct StatusSource: StatusProvider {
    let options: ApplianceOptions
    let state: ApplianceState
    let registry: Registry

    var build: BuildInformation { BuildInformation(version: Version.number, revision: Version.revision) }

    var runtime: RuntimeInformation {
        let storage = state.configuration.common.storage
        var retention = formatDuration(storage.retention)
        if storage.retentionSize > 0 { retention += " or \(storage.retentionSize)B" }
        return RuntimeInformation(
            started: state.startedAt, workingDirectory: workingDirectory(), hostname: hostName(),
            reloadSucceeded: state.lastReloadSucceeded, configurationLoaded: state.loadedAt, corruptions: 0,
            threads: threadCount(), processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), retention: retention)
    }

    var flags: [(name: String, value: String)] { options.flags }

    var configuration: String { state.rendered }
}

private func workingDirectory() -> String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
}

private func threadCount() -> Int {
    guard let folder = opendir("/proc/self/task") else { return 1 }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
        if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}
