/// Every command, in the order of the help.
let allCommands: [Command] = [
    serveCommand, checkConfigCommand, checkMetricsCommand, backupCommand, restoreCommand, compactCommand,
    importCommand, exportCommand, versionCommand,
]
