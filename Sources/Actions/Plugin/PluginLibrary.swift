import Glibc
import Model

/// A plugin as it is loaded into this process, by the names of `vedette_plugin.h`.
struct PluginLibrary {
    /// The version of the interface that is spoken here.
    static let version: UInt32 = 1

    /// The room for an output, and for a reason.
    private static let outputSize = AttemptOutcome.longestOutput
    private static let errorSize = 1024

    private typealias Number = @convention(c) () -> UInt32
    private typealias Text = @convention(c) () -> UnsafePointer<CChar>?
    private typealias Validate = @convention(c) (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>, Int) -> CInt
    private typealias Execute =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<CChar>,
            Int
        ) -> CInt

    /// The plugin's name for itself.
    let name: String
    private let validate: Validate
    private let execute: Execute

    /// Loads a plugin. Throws when it is none, or none that can be spoken to.
    init(path: String) throws(UserError) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "it cannot be loaded"
            // The path is what the message begins with anyway.
            throw UserError(reason.hasPrefix("\(path): ") ? String(reason.dropFirst(path.count + 2)) : reason)
        }
        let version = try function("vedette_plugin_abi", of: library, as: Number.self)()
        guard version == Self.version else {
            throw UserError("it is made for version \(version) of the plugin interface, here it is \(Self.version)")
        }
        let name = try function("vedette_plugin_name", of: library, as: Text.self)
        validate = try function("vedette_plugin_validate", of: library, as: Validate.self)
        execute = try function("vedette_plugin_execute", of: library, as: Execute.self)
        self.name = name().map { tailText(String(cString: $0).utf8.prefix(256), limit: 256) } ?? ""
    }

    /// Asks the plugin whether it can use settings.
    func validate(settings: String) -> PluginReport {
        var report = PluginReport()
        report.name = name
        var error = [CChar](repeating: 0, count: Self.errorSize)
        report.code = Int(validate(settings, &error, error.count))
        report.error = text(error)
        return report
    }

    /// Has the plugin do its work.
    func execute(event: String, settings: String) -> PluginReport {
        var report = PluginReport()
        report.name = name
        var output = [CChar](repeating: 0, count: Self.outputSize)
        var error = [CChar](repeating: 0, count: Self.errorSize)
        report.code = Int(execute(event, settings, &output, output.count, &error, error.count))
        report.output = text(output)
        report.error = text(error)
        return report
    }
}

private func function<Function>(
    _ name: String, of library: UnsafeMutableRawPointer, as type: Function.Type
) throws(UserError) -> Function {
    guard let address = dlsym(library, name) else { throw UserError("it has no function \(name)") }
    return unsafeBitCast(address, to: type)
}

/// What stands before the zero byte, were there none.
private func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
