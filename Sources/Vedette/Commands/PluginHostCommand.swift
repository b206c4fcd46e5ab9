import Actions

/// The process that a plugin runs in: started by the appliance, never by people.
let pluginHostCommand = Command(
    words: ["plugin-host"], arguments: ["TASK", "PATH"], summary: "call a plugin (the appliance does it itself)",
    isHidden: true
) { invocation in
    runPluginHost(arguments: invocation.arguments)
}
