// A plugin in Swift: greets whoever reads the history. Settings: {"greeting": "Hello"}.
//
// It brings its own Swift along (see the Makefile), so that it needs nothing of Vedette's and nothing installed.

import Glibc

/// The version of the interface, as vedette_plugin.h has it.
@c(vedette_plugin_abi)
public func interfaceVersion() -> UInt32 { 1 }

private let ownName: StaticString = "greeting"

/// The plugin's name.
@c(vedette_plugin_name)
public func name() -> UnsafePointer<CChar>? {
    UnsafeRawPointer(ownName.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Looks whether there is a greeting.
@c(vedette_plugin_validate)
public func validate(_ settings: UnsafePointer<CChar>, _ error: UnsafeMutablePointer<CChar>, _ errorSize: Int) -> CInt {
    if greeting(String(cString: settings)) != nil { return 0 }
    write("`greeting` is missing", to: error, errorSize)
    return 1
}

/// Greets.
@c(vedette_plugin_execute)
public func execute(
    _ event: UnsafePointer<CChar>, _ settings: UnsafePointer<CChar>, _ output: UnsafeMutablePointer<CChar>,
    _ outputSize: Int, _ error: UnsafeMutablePointer<CChar>, _ errorSize: Int
) -> CInt {
    guard let greeting = greeting(String(cString: settings)) else {
        write("`greeting` is missing", to: error, errorSize)
        return 1
    }
    let own = String(cString: event).split(separator: "\"vedette\":", maxSplits: 1).last.map(String.init) ?? ""
    write("\(greeting) from \(text("rule", in: own) ?? "nobody")", to: output, outputSize)
    return 0
}

private func greeting(_ settings: String) -> String? { text("greeting", in: settings) }

/// The string that is the value of the first member of this name, its escapes as they are. Enough for an example: use a JSON library.
private func text(_ name: String, in json: String) -> String? {
    let pieces = json.split(separator: "\"\(name)\":\"", maxSplits: 1, omittingEmptySubsequences: false)
    guard pieces.count == 2 else { return nil }
    return pieces[1].split(separator: "\"", omittingEmptySubsequences: false).first.map(String.init)
}

/// Writes text into a buffer, cut to its size, with a zero byte behind it.
private func write(_ text: String, to buffer: UnsafeMutablePointer<CChar>, _ size: Int) {
    if size == 0 { return }
    _ = text.withCString { strncpy(buffer, $0, size - 1) }
    buffer[size - 1] = 0
}
