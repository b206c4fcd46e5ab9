import Glibc
import Model
import Testing
import Threads

@testable import Actions

@Suite("A program that was started")
struct StartedProcessTests {
    @Test("is asked to stop when nobody is left to watch it")
    func orphan() async throws {
        let told = Mailbox<Int32>()
        let watcher = try Thread(name: "watcher") {
            do throws(UserError) {
                let process = try StartedProcess(ProcessOrder(program: "sleep", arguments: ["sleep", "100"]))
                told.post(process.id)
            } catch {
                told.close()
            }
        }
        watcher.join()
        let id = try #require(told.takeAll(waitingAtMost: 0)?.first)
        #expect(await eventually { !runs(id) })
        var status: Int32 = 0
        #expect(waitpid(id, &status, 0) == id && status == SIGTERM)
    }
}
