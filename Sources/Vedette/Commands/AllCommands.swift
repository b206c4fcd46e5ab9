/// Every command, in the order of the help; the hidden ones last.
let allCommands: [Command] = [
    serveCommand, watchCommand, queryCommand, checkConfigCommand, checkRulesCommand, checkMetricsCommand,
    testRulesCommand,
    backtestCommand, actionsRunCommand, importCommand, exportCommand, backupCommand, restoreCommand, compactCommand,
    versionCommand,
    pluginHostCommand,
]
