import Glibc
import Logging

/// Room on the disk that is set aside for bad days. SQLite needs some room even to delete; when the disk is full the reserve
/// is given up, and it is made anew when there is room again.
final class Reserve: @unchecked Sendable {
    // Sendable: it is used by the writer's thread alone once the store is open.
    static let usualSize = 4 << 20

    let path: String
    private let size: Int
    private(set) var isHeld = false

    /// Room of so many bytes; with none it is a reserve of nothing.
    init(path: String, size: Int = Reserve.usualSize) {
        self.path = path
        self.size = size
    }

    /// Sets the room aside; without it the store works too, only less gracefully on a full disk.
    func restore() {
        if isHeld || size == 0 { return }
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if file < 0 { return }
        defer { close(file) }
        // Room that is only promised (a sparse file) would be none.
        isHeld = posix_fallocate(file, 0, off_t(size)) == 0
        if !isHeld { unlink(path) }
    }

    /// Gives the room up.
    func release() {
        if isHeld { removeFile() }
    }

    /// Gives the room up that a process before may have set aside.
    func removeFile() {
        unlink(path)
        isHeld = false
    }
}
