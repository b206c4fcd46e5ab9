/// Every command, in the order of the help.
let allCommands: [Command] = [
    serveCommand, queryCommand, checkConfigCommand, checkMetricsCommand, backupCommand, restoreCommand, compactCommand,
    versionCommand,
]
