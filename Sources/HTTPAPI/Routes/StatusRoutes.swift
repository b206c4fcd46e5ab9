import Model

extension Router {
    /// `/api/v1/status/…`, key by key as Prometheus answers them.
    mutating func addStatusRoutes(_ services: Services) {
        let status = services.status
        on(
            .get, at: "/api/v1/status/buildinfo",
            .fast { _ in APIResponse.success { writeBuild(status.build, &$0) } })
        on(
            .get, at: "/api/v1/status/runtimeinfo",
            .fast { _ in APIResponse.success { writeRuntime(status.runtime, now: services.clock.now(), &$0) } })
        on(
            .get, at: "/api/v1/status/flags",
            .fast { _ in
                APIResponse.success { json in
                    json.object { json in
                        for (name, value) in status.flags { json.member(name, value) }
                    }
                }
            })
        on(
            .get, at: "/api/v1/status/config",
            .fast { _ in
                APIResponse.success { json in
                    json.object { $0.member("yaml", status.configuration) }
                }
            })
        on(
            .get, at: "/api/v1/status/tsdb",
            .waiting { request in
                let status = try await services.store.storeStatus(limit: try listLimit(request))
                return APIResponse.success { writeStore(status, &$0) }
            })
    }
}

private func listLimit(_ request: HTTPRequest) throws(HTTPError) -> Int {
    guard let text = request.query["limit"] else { return 10 }
    guard let limit = Int(text), limit > 0, limit <= 10_000 else {
        throw .api(.badData, "cannot read limit: it must be a number from 1 to 10000")
    }
    return limit
}

private func writeBuild(_ build: BuildInformation, _ json: inout JSONWriter) {
    json.object { json in
        json.member("version", build.version)
        json.member("revision", build.revision)
        json.member("branch", build.branch)
        json.member("buildUser", build.builder)
        json.member("buildDate", build.date)
        // The key is the contract; what built us is another compiler.
        json.member("goVersion", build.compiler)
    }
}

private func writeRuntime(_ runtime: RuntimeInformation, now: Int64, _ json: inout JSONWriter) {
    json.object { json in
        json.member("startTime", formatTimestamp(runtime.started))
        json.member("CWD", runtime.workingDirectory)
        json.member("hostname", runtime.hostname)
        json.member("serverTime", formatTimestamp(now))
        json.member("reloadConfigSuccess", runtime.reloadSucceeded)
        json.member("lastConfigTime", formatTimestamp(runtime.configurationLoaded))
        json.member("corruptionCount", runtime.corruptions)
        json.member("goroutineCount", runtime.threads)
        json.member("GOMAXPROCS", runtime.processors)
        json.member("GOMEMLIMIT", 0)
        json.member("GOGC", "")
        json.member("GODEBUG", "")
        json.member("storageRetention", runtime.retention)
    }
}

private func writeStore(_ store: StoreStatus, _ json: inout JSONWriter) {
    json.object { json in
        json.key("headStats")
        json.object { json in
            json.member("numSeries", store.series)
            json.member("numLabelPairs", store.labelPairs)
            json.member("chunkCount", store.chunks)
            // An empty head is told this way by Prometheus: the range is turned inside out.
            json.member("minTime", store.oldest ?? .max)
            json.member("maxTime", store.newest ?? .min)
        }
        writeCounts("seriesCountByMetricName", store.seriesByMetric, &json)
        writeCounts("labelValueCountByLabelName", store.valuesByLabel, &json)
        writeCounts("memoryInBytesByLabelName", store.bytesByLabel, &json)
        writeCounts("seriesCountByLabelValuePair", store.seriesByPair, &json)
    }
}

private func writeCounts(_ name: String, _ counts: [StoreStatus.Count], _ json: inout JSONWriter) {
    json.key(name)
    json.array { json in
        for count in counts {
            json.object { json in
                json.member("name", count.name)
                json.member("value", count.count)
            }
        }
    }
}
