import Model

extension Router {
    /// A consistent copy of the database, streamed.
    mutating func addBackupRoutes(_ services: Services) {
        on(
            .get, at: "/api/v1/backup",
            .waiting { request in
                // HEAD asks what GET would say; a copy of everything is too much work for that.
                if request.method == .head { return backupResponse(.bytes([]), now: services.clock.now()) }
                return backupResponse(.file(try await services.backup.makeBackup()), now: services.clock.now())
            })
    }
}

private func backupResponse(_ body: ResponseBody, now: Int64) -> HTTPResponse {
    let stamp = formatTimestamp(now).prefix(19).filter { $0 != ":" && $0 != "-" }
    return HTTPResponse(
        headers: [
            "Content-Type": "application/vnd.sqlite3",
            "Content-Disposition": "attachment; filename=\"vedette-\(stamp)Z.db\"",
            "Cache-Control": "no-store",
        ], body: body)
}
