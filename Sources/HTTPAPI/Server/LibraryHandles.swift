import CMicrohttpd

// The library's objects are pointers to Swift, which does not let them go from thread to thread. These say when they may.

/// A connection of the library.
struct LibraryConnection: @unchecked Sendable {
    // Sendable: other threads only resume it, which the library allows from any thread, and only while it is suspended, so
    // that it cannot have gone.
    let pointer: OpaquePointer

    /// Takes the connection out of the library's loop. Only on the library's thread, within a callback for it.
    func suspend() { MHD_suspend_connection(pointer) }

    /// Gives it back, from any thread.
    func resume() { MHD_resume_connection(pointer) }

    /// Its socket.
    var socket: Int32 { mhd_socket(pointer) }
}

/// The daemon.
struct LibraryDaemon: @unchecked Sendable {
    // Sendable: it is stopped once, by the one call of `stop` that wins.
    let pointer: OpaquePointer
}
