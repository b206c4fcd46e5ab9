import CMicrohttpd
import Glibc

// What the library calls, on its own threads. Top-level functions: a closure written in an isolated context would trap there.

/// A client wants to connect. Beyond the surplus it is closed at once, and so is who comes when the server is stopping.
func acceptConnection(
    _ context: UnsafeMutableRawPointer?, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
) -> MHD_Result {
    guard let core = core(context), !core.isStopping else { return .NO }
    if core.connections.count < core.limits.connections + core.surplusConnections { return .YES }
    core.instruments.refused.increment()
    return .NO
}

/// A connection begins or ends.
func noteConnection(
    _ context: UnsafeMutableRawPointer?, _ library: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_ConnectionNotificationCode
) {
    guard let core = core(context), let library, let slot else { return }
    if code == .CONNECTION_NOTIFY_STARTED {
        let connection = OpenConnection(
            socket: mhd_socket(library), peer: peerName(mhd_client_address(library)),
            surplus: core.connections.count >= core.limits.connections, deadline: core.headDeadline(idle: false))
        if connection.surplus { core.instruments.refused.increment() }
        core.connections.add(connection)
        core.watch.connectionOpened()
        slot.pointee = Unmanaged.passRetained(connection).toOpaque()
    } else if let reference = slot.pointee {
        slot.pointee = nil
        core.connections.remove(Unmanaged<OpenConnection>.fromOpaque(reference).takeRetainedValue())
    }
}

/// The request line is there: what is returned goes with the request to its end.
func beginRequest(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ library: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let core = core(context), let target, let library, let reference = mhd_connection_context(library) else {
        return nil
    }
    let connection = Unmanaged<OpenConnection>.fromOpaque(reference).takeUnretainedValue()
    let exchange = Exchange(core: core, connection: connection, target: String(cString: target))
    return Unmanaged.passRetained(exchange).toOpaque()
}

/// The head, a piece of the body, or the end of a request is there, or its connection was resumed.
func handleRequest(
    _ context: UnsafeMutableRawPointer?, _ library: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ piece: UnsafePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let library, let method, let size, let reference = slot?.pointee else { return .NO }
    let exchange = Unmanaged<Exchange>.fromOpaque(reference).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: piece, count: piece == nil ? 0 : size.pointee)
    // All of it is taken, always.
    size.pointee = 0
    return exchange.proceed(
        LibraryConnection(pointer: library), method: String(cString: method), piece: bytes)
}

/// The request is over, answered or not.
func endRequest(
    _ context: UnsafeMutableRawPointer?, _ library: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    guard let reference = slot?.pointee else { return }
    slot?.pointee = nil
    Unmanaged<Exchange>.fromOpaque(reference).takeRetainedValue().end()
}

/// The library has something to say.
func noteMessage(_ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<CChar>) {
    guard let core = core(context) else { return }
    let text = String(cString: message)
    core.logger.debug("libmicrohttpd", ["message": text.hasSuffix("\n") ? String(text.dropLast()) : text])
}

private func core(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
    context.map { Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
}
