import Kubernetes
import Model

extension TargetGroup {
    /// The targets of a pod, with the labels that Prometheus gives them: one for each port of each container, and one for a container
    /// without ports. A pod without an address has none.
    static func groups(of pod: Pod) -> [TargetGroup] {
        if pod.address.isEmpty { return [] }
        let labels = podLabels(pod)
        return pod.containers.flatMap { container in
            let own =
                labels + [
                    Label(prefix + "container_name", container.name),
                    Label(prefix + "container_image", container.image),
                    Label(prefix + "container_init", container.isInit ? "true" : "false"),
                ] + (container.id.isEmpty ? [] : [Label(prefix + "container_id", container.id)])
            if container.ports.isEmpty {
                return [TargetGroup(targets: [hostAndPort(pod.address, nil)], labels: own)]
            }
            return container.ports.map { port in
                TargetGroup(
                    targets: [hostAndPort(pod.address, port.number)],
                    labels: own + [
                        Label(prefix + "container_port_name", port.name),
                        Label(prefix + "container_port_number", String(port.number)),
                        Label(prefix + "container_port_protocol", port.network),
                    ])
            }
        }
    }
}

private let prefix = "__meta_kubernetes_pod_"

private func podLabels(_ pod: Pod) -> [Label] {
    var labels = [
        Label("__meta_kubernetes_namespace", pod.namespace), Label(prefix + "name", pod.name),
        Label(prefix + "ip", pod.address), Label(prefix + "ready", pod.ready), Label(prefix + "phase", pod.phase),
        Label(prefix + "node_name", pod.node), Label(prefix + "host_ip", pod.hostAddress),
        Label(prefix + "uid", pod.uid),
    ]
    if !pod.controllerKind.isEmpty { labels.append(Label(prefix + "controller_kind", pod.controllerKind)) }
    if !pod.controllerName.isEmpty { labels.append(Label(prefix + "controller_name", pod.controllerName)) }
    for (kind, pairs) in [("label", pod.labels), ("annotation", pod.annotations)] {
        var seen: Set<String> = []
        for pair in pairs {
            // Of names that become one the first counts.
            let name = legalName(pair.name)
            guard seen.insert(name).inserted else { continue }
            labels.append(Label("\(prefix)\(kind)_\(name)", pair.value))
            labels.append(Label("\(prefix)\(kind)present_\(name)", "true"))
        }
    }
    return labels
}

/// A name as a part of a label's name.
private func legalName(_ name: String) -> String {
    String(
        decoding: name.utf8.map { byte in
            let isLegal = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
            return isLegal ? byte : UInt8(ascii: "_")
        }, as: UTF8.self)
}

/// An address with a port, an IPv6 address in brackets.
private func hostAndPort(_ address: String, _ port: Int?) -> String {
    let host = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
    return port.map { "\(host):\($0)" } ?? host
}
