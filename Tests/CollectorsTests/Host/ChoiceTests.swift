import Foundation
import Testing

@testable import Collectors

/// What is shown and what is not, against node_exporter's own expressions.
@Suite("Default choices")
struct ChoiceTests {
    @Test(arguments: [
        "sda", "sda1", "sdaa1", "sda12", "vda", "vdb3", "xvda1", "xvd1", "hdz9", "hd1", "sd1", "nvme0n1", "nvme0n1p1",
        "nvme10n12p3", "nvmen1p1", "nvme0p1", "nvme0n1p", "nvme0np1", "xnvme0n1p1", "ram0", "ram", "loop7", "loop",
        "fd0", "fda1", "zram0",
        "dm-0", "md0", "sr0", "mmcblk0p1", "", "0", "1a2", "sdA1", "asda1",
    ])
    func disks(device: String) throws {
        let pattern = #"^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$"#
        #expect(try DiskPart.isExcluded(bytes(device)) == matches(device, pattern))
    }

    @Test(arguments: [
        "/", "/dev", "/dev/", "/dev/shm", "/device", "/proc", "/procfs", "/sys/fs/cgroup", "/system", "/run",
        "/run/lock", "/run/credentials", "/run/credentials/", "/run/credentials/x.service", "/var/lib/docker",
        "/var/lib/docker/", "/var/lib/docker/overlay2/x/merged", "/var/lib/dockerx/y", "/home",
        "/var/lib/containers/storage", "/var/lib/containers/storage/overlay", "/mnt", "/media/cdrom", "/a/dev", "",
    ])
    func mountPoints(path: String) throws {
        let pattern =
            "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)"
        #expect(try Mount.isExcluded(path: bytes(path)) == matches(path, pattern))
    }

    @Test(arguments: [
        "ext4", "xfs", "btrfs", "tmpfs", "nfs4", "cgroup", "cgroup2", "cgroup3", "proc", "procfs", "overlay", "autofs",
        "fuse", "fusectl", "iso9660", "tracefs", "squashfs", "vfat", "zfs", "",
    ])
    func fileSystemTypes(type: String) throws {
        let pattern =
            "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|"
            + "proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$"
        #expect(try Mount.isExcluded(type: bytes(type)) == matches(type, pattern))
    }

    @Test(arguments: [
        "oom_kill", "oom_kill_x", "oom", "pgpgin", "pgpgout", "pswpin", "pswp", "pgfault", "pgmajfault", "pg_fault_x",
        "pgfree", "pgscan", "fault", "thp_fault_alloc", "nr_free_pages", "",
    ])
    func virtualMemory(field: String) throws {
        #expect(
            try VirtualMemoryPart.isShown(bytes(field)) == matches(field, "^(oom_kill|pgpg|pswp|pg.*fault).*"))
    }

    @Test(arguments: [
        "Ip_Forwarding", "Ip_InReceives", "Ip6_InOctets", "IpExt_OutOctets", "IpExt_InMcastPkts", "Icmp_InMsgs",
        "Icmp6_OutMsgs", "Icmp_InErrors", "IcmpMsg_InType3", "TcpExt_ListenDrops", "TcpExt_SyncookiesSent",
        "TcpExt_TCPSynRetrans", "TcpExt_TCPTimeouts", "TcpExt_TCPTimeout", "Tcp_ActiveOpens", "Tcp_InErrs",
        "Tcp_CurrEstab", "Tcp_MaxConn", "Udp_InDatagrams", "Udp6_NoPorts", "Udp_SndbufErrors", "UdpLite_InErrors",
        "UdpLite_InDatagrams", "MPTcpExt_MPCapableSYNRX", "Udp6_RcvbufErrors", "Tcp_OutRsts", "X_InErrors",
    ])
    func protocols(field: String) throws {
        let pattern =
            "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
            + "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|"
            + "PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"
        let parts = field.split(separator: "_", maxSplits: 1).map { bytes(String($0)) }
        #expect(try ProtocolPart.isShown(parts[0], parts[1]) == matches(field, pattern))
    }

    private func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

    private func matches(_ text: String, _ pattern: String) throws -> Bool {
        let range = NSRange(location: 0, length: text.utf16.count)
        return try NSRegularExpression(pattern: pattern).firstMatch(in: text, range: range) != nil
    }
}
