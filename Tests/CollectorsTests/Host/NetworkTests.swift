import Foundation
import Testing

@testable import Collectors

@Suite("Network")
struct NetworkTests {
    @Test func devices() throws {
        let tree = try HostTree([
            "/proc/net/dev": """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
            eth0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
            eth0:1: 21 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
            short: 1 2 3
            words: a b c d e f g h i j k l m n o p

            """,
            "/sys/class/net/lo/statistics/rx_nohandler": "17\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(
            families["node_network_receive_bytes_total"] == [
                "device=\"lo\"": 1, "device=\"eth0\"": 18_446_744_073_709_551_616, "device=\"eth0:1\"": 21,
            ])
        let columns = [
            "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame",
            "receive_compressed", "receive_multicast", "transmit_bytes", "transmit_packets", "transmit_errs",
            "transmit_drop", "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed",
        ]
        for (index, column) in columns.enumerated() {
            #expect(families["node_network_\(column)_total"]["device=\"lo\""] == Double(index + 1))
        }
        #expect(families["node_network_receive_nohandler_total"] == ["device=\"lo\"": 17])
    }

    @Test func classes() throws {
        let tree = try HostTree([
            "/sys/class/net/bonding_masters": "bond0\n",
            "/sys/class/net/eth0/operstate": "up\n", "/sys/class/net/eth0/address": "02:fc:00:00:00:01\n",
            "/sys/class/net/eth0/duplex": "full\n", "/sys/class/net/eth0/ifalias": "to the \"office\"\n",
            "/sys/class/net/eth0/mtu": "1500\n", "/sys/class/net/eth0/flags": "0x1003\n",
            "/sys/class/net/eth0/dev_id": "0x0\n", "/sys/class/net/eth0/speed": "10000\n",
            "/sys/class/net/eth0/carrier_changes": "7\n", "/sys/class/net/eth0/ifindex": "x\n",
            // A virtual device that is down: no carrier, no speed, an empty name.
            "/sys/class/net/veth1/operstate": "down\n", "/sys/class/net/veth1/speed": "-1\n",
            "/sys/class/net/veth1/ifalias": "\n", "/sys/class/net/veth1/mtu": "",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(families["node_network_up"] == ["device=\"eth0\"": 1, "device=\"veth1\"": 0])
        #expect(
            families["node_network_info"] == [
                #"address="02:fc:00:00:00:01",device="eth0",duplex="full",ifalias="to the \"office\"",operstate="up""#:
                    1,
                #"device="veth1",operstate="down""#: 1,
            ])
        #expect(families["node_network_mtu_bytes"] == ["device=\"eth0\"": 1500])
        #expect(families["node_network_flags"] == ["device=\"eth0\"": 4099])
        #expect(families["node_network_device_id"] == ["device=\"eth0\"": 0])
        #expect(
            families["node_network_speed_bytes"] == ["device=\"eth0\"": 1_250_000_000, "device=\"veth1\"": -125_000])
        #expect(families.types["node_network_carrier_changes_total"] == "counter")
        #expect(families.types["node_network_iface_id"] == nil)
    }

    @Test func protocolsAndSockets() throws {
        let tree = try HostTree([
            "/proc/net/netstat": "TcpExt: SyncookiesSent ListenDrops Other\nTcpExt: 1 2 3\nIpExt: InOctets\nOther: 4\n",
            "/proc/net/snmp": "Tcp: MaxConn InSegs CurrEstab\nTcp: -1 5\nUdp: InErrors\n",
            "/proc/net/snmp6": "Ip6InOctets 6\nnonsense\nUdp6NoPorts x\nIcmp6InMsgs\t7\n",
            "/proc/net/sockstat": "sockets: used 15\nTCP: inuse 1 mem 370 odd\nUDP: inuse x\nA-B: inuse 1\n",
            "/proc/net/softnet_stat": "0000334a 00000001 000000ff 0\nffffffff 00000000 00000000\n",
            "/proc/net/arp": """
            IP address       HW type     Flags       HW address            Mask     Device
            10.0.0.1         0x1         0x2         02:fc:00:00:00:02     *        eth0
            10.0.0.2         0x1         0x2         02:fc:00:00:00:03     *        eth0
            10.0.1.2         0x1         0x2         02:fc:00:00:00:03     *        br 0
            10.0.1.2         0x1         0x2         02:fc:00:00:00:03     *        br0

            """,
            "/proc/sys/net/netfilter/nf_conntrack_count": "3\n",
            "/proc/sys/net/netfilter/nf_conntrack_max": "262144\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(
            families.values.filter { $0.key.hasPrefix("node_netstat_") } == [
                "node_netstat_TcpExt_SyncookiesSent": 1, "node_netstat_TcpExt_ListenDrops": 2,
                "node_netstat_Tcp_InSegs": 5, "node_netstat_Ip6_InOctets": 6, "node_netstat_Icmp6_InMsgs": 7,
            ])
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        #expect(
            families.values.filter { $0.key.hasPrefix("node_sockstat_") } == [
                "node_sockstat_sockets_used": 15, "node_sockstat_TCP_inuse": 1, "node_sockstat_TCP_mem": 370,
                "node_sockstat_TCP_mem_bytes": 370 * page,
            ])
        #expect(families["node_softnet_processed_total"] == ["cpu=\"0\"": 13_130, "cpu=\"1\"": 4_294_967_295])
        #expect(families["node_softnet_times_squeezed_total"] == ["cpu=\"0\"": 255, "cpu=\"1\"": 0])
        #expect(families["node_arp_entries"] == ["device=\"br0\"": 1, "device=\"eth0\"": 2])
        #expect(families["node_nf_conntrack_entries"][""] == 3)
        #expect(families["node_nf_conntrack_entries_limit"][""] == 262_144)
    }
}
