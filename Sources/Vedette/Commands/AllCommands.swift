/// Every command, in the order of the help.
let allCommands: [Command] = [
    serveCommand, queryCommand, checkConfigCommand, checkMetricsCommand, importCommand, exportCommand, backupCommand,
    restoreCommand, compactCommand, versionCommand,
]
