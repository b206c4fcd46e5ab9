import Exposition
import Model

/// The counts of the network protocols, from `/proc/net/netstat`, `snmp` and `snmp6`.
struct ProtocolPart: HostPart {
    let names = ["netstat"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var statistics: [(name: String, value: Double)] = []
        appendPairs(try files.read("/proc/net/netstat"), to: &statistics)
        appendPairs(try files.read("/proc/net/snmp"), to: &statistics)
        // Without IPv6 the file is missing.
        appendSixes(files.readIfPresent("/proc/net/snmp6") ?? [], to: &statistics)
        for statistic in statistics {
            writer.single(
                "node_netstat_\(statistic.name)", .unknown, "\(statistic.name) of /proc/net.", statistic.value)
        }
    }

    /// Two lines a protocol, the first with the names, the second with the values: `Tcp: InSegs …`, `Tcp: 4711 …`.
    private func appendPairs(_ text: ArraySlice<UInt8>, to statistics: inout [(name: String, value: Double)]) {
        var lines = text.lines
        while let head = lines.next(), let row = lines.next() {
            var keys = head.fields
            var values = row.fields
            guard let name = keys.next(), values.next() == name, name.last == UInt8(ascii: ":") else { continue }
            while let key = keys.next(), let value = values.next() {
                append(name.dropLast(), key, value, to: &statistics)
            }
        }
    }

    /// A line a value, the protocol's name up to its 6: `Ip6InOctets   4711`.
    private func appendSixes(_ text: ArraySlice<UInt8>, to statistics: inout [(name: String, value: Double)]) {
        for line in text.lines {
            var fields = line.fields
            guard let key = fields.next(), let value = fields.next(), let six = key.firstIndex(of: UInt8(ascii: "6"))
            else { continue }
            append(key[...six], key[(six + 1)...], value, to: &statistics)
        }
    }

    private func append(
        _ prot: ArraySlice<UInt8>, _ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>,
        to statistics: inout [(name: String, value: Double)]
    ) {
        guard ProtocolPart.isShown(prot, key), let value = value.number else { return }
        let name = "\(prot.text)_\(key.text)"
        if isLegacyLabelName(name) { statistics.append((name, value)) }
    }

    /// node_exporter's default choice: `^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|`
    /// `Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|`
    /// `OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|`
    /// `SndbufErrors))$`.
    static func isShown(_ prot: ArraySlice<UInt8>, _ key: ArraySlice<UInt8>) -> Bool {
        func isOne(_ names: StaticString...) -> Bool { names.contains { key.equals($0) } }
        if isOne("InErrors", "InErrs") { return true }
        if prot.equals("Ip") { return isOne("Forwarding") }
        if prot.equals("Ip6") || prot.equals("IpExt") { return isOne("InOctets", "OutOctets") }
        if prot.equals("Icmp") || prot.equals("Icmp6") { return isOne("InMsgs", "OutMsgs") }
        if prot.equals("TcpExt") {
            return key.begins(with: "Listen") || key.begins(with: "Syncookies") || isOne("TCPSynRetrans", "TCPTimeouts")
        }
        if prot.equals("Tcp") {
            return isOne(
                "ActiveOpens", "InSegs", "OutSegs", "OutRsts", "PassiveOpens", "RetransSegs", "CurrEstab")
        }
        if prot.equals("Udp") || prot.equals("Udp6") {
            return isOne("InDatagrams", "OutDatagrams", "NoPorts", "RcvbufErrors", "SndbufErrors")
        }
        return false
    }
}
