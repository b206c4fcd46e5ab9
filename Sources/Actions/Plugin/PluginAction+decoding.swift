import Configuration
import Model

extension PluginAction {
    /// Reads the section: `path`, or as Metric Reader has it `directory` and `name`; nil when it names no plugin.
    init?(from node: Node, in context: DecodingContext, host: PluginHost) {
        let fields = Fields(node, in: context)
        let path = fields.string("path")
        let directory = fields.string("directory")
        let name = fields.string("name")
        let settings = fields.node("settings").map { settingsJSON($0, in: context) } ?? Array("{}".utf8)
        fields.finish()

        let library: String
        switch (path, directory, name) {
        case (let path?, nil, nil) where !path.isEmpty: library = path
        case (nil, let directory?, let name?) where !directory.isEmpty && !name.isEmpty && !name.contains("/"):
            library = "\(directory)/\(name).so"
        default:
            let ways = "either `path`, or `directory` and `name` (for the file name.so in it)"
            context.fail("a plugin is named by \(ways)", at: fields.place)
            return nil
        }
        self.init(
            path: context.path(library), settings: settings, host: host, environment: context.environment ?? [:])
    }
}
