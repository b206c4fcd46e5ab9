import Glibc
import Instruments
import Logging
import Model
import Store

let backupCommand = Command(
    words: ["backup"], arguments: ["FILE"], summary: "copy the database to FILE, also while it is in use",
    options: [.data]
) { invocation in
    let source = invocation[.data] ?? defaultDataPath
    try Store.backup(of: source, to: invocation.arguments[0])
    write("\(source) was copied to \(invocation.arguments[0])\n", to: STDOUT_FILENO)
    return 0
}

let restoreCommand = Command(
    words: ["restore"], arguments: ["FILE"], summary: "make a backup the database; vedette must not be running on it",
    options: [.data]
) { invocation in
    let destination = invocation[.data] ?? defaultDataPath
    let replaced = try Store.restore(from: invocation.arguments[0], to: destination)
    write("\(invocation.arguments[0]) is now \(destination)\n", to: STDOUT_FILENO)
    if let replaced { write("what was there before is kept as \(replaced)\n", to: STDOUT_FILENO) }
    return 0
}

let compactCommand = Command(
    words: ["compact"], summary: "close everything into chunks and give free room back; vedette must not be running",
    options: [.data]
) { invocation in
    let path = invocation[.data] ?? defaultDataPath
    let sizes = try Store.compact(path: path, logger: Logger())
    write("\(path): \(sizes.before) bytes before, \(sizes.after) bytes now\n", to: STDOUT_FILENO)
    return 0
}
