/** Routes, filters, counters and kernel lines that look like faults. Facts: signatures B to D, vpc-cni §3, §4. */
import { nearMiss, type Variant } from '../types.js';

export const networkNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-calico-bird-blackhole',
    why: "Calico's block route by BIRD.",
    edit: (node) => node.append('networking/iproute.txt', 'blackhole 10.33.92.0/26 proto bird '),
  }),
  nearMiss({
    name: 'nm-blackhole-with-longer-routes',
    why: 'A blackhole for a pod range whose addresses all have their own routes.',
    edit: (node) =>
      node.append(
        'networking/iproute.txt',
        'blackhole 192.168.16.0/26 proto 80 ',
        '192.168.16.5 dev enicf606c3b1e3 scope link ',
      ),
  }),
  nearMiss({
    name: 'nm-ipv6-unreachable-default',
    why: 'The kernel keeps these in every IPv6 table.',
    edit: (node) =>
      node.append(
        'networking/ip6route.txt',
        'unreachable ::/96 dev lo metric 1024 error -113 pref medium',
        'unreachable default dev lo metric 4294967295 error -101 pref medium',
        'unreachable default dev lo table unspec proto kernel metric 4294967295 error 4294967195 pref medium',
        'fe80::/64 dev eth0 proto kernel metric 256 pref medium',
        'multicast ff00::/8 dev eth0 table local proto kernel metric 256 pref medium',
      ),
  }),
  nearMiss({
    name: 'nm-blackhole-in-unused-table',
    why: 'No rule looks up this table.',
    edit: (node) =>
      node.append(
        'networking/iproute.txt',
        'blackhole 10.67.2.0/24 table 77 ',
        'unreachable default table 77 metric 9999 ',
      ),
  }),
  nearMiss({
    name: 'nm-blackhole-word-in-text',
    why: 'The word in logs and process arguments.',
    edit(node) {
      node.append(
        'system/ps.txt',
        'root        6000  0.0  0.1   4404  2200 ?   Ss   08:03   0:00 /usr/bin/exporter --alert=RouteBlackhole --unreachable-after=30s',
      );
      node.kubelet(20, 'I', 'alerts.go:1', '"Loaded rule" name="blackhole route detected"');
    },
  }),
  nearMiss({
    name: 'nm-input-policy-drop',
    why: 'A hardened host: INPUT drops, FORWARD accepts.',
    edit(node) {
      node.replace('networking/iptables-save.txt', ':INPUT ACCEPT [10:717]', ':INPUT DROP [4000:240000]');
      node.filterRule(
        'INPUT',
        'first',
        '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '90000 9900K ACCEPT     0    --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate RELATED,ESTABLISHED',
      );
      node.filterRule(
        'INPUT',
        'first',
        '-i lo -j ACCEPT',
        ' 9000  990K ACCEPT     0    --  lo     *       0.0.0.0/0            0.0.0.0/0           ',
      );
      node.filterRule(
        'INPUT',
        'first',
        '-s 10.67.0.0/16 -j ACCEPT',
        ' 9000  990K ACCEPT     0    --  *      *       10.67.0.0/16         0.0.0.0/0           ',
      );
      for (const f of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
        node.replace(
          f,
          'Chain INPUT (policy ACCEPT 10 packets, 717 bytes)',
          'Chain INPUT (policy DROP 4000 packets, 240K bytes)',
        );
    },
  }),
  nearMiss({
    name: 'nm-forward-drop-but-accepted',
    why: 'Docker set the policy to DROP; a rule before it accepts all that pods send.',
    edit(node) {
      node.replace('networking/iptables-save.txt', ':FORWARD ACCEPT [10:750]', ':FORWARD DROP [0:0]');
      for (const f of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
        node.replace(
          f,
          'Chain FORWARD (policy ACCEPT 10 packets, 750 bytes)',
          'Chain FORWARD (policy DROP 0 packets, 0 bytes)',
        );
      node.filterRule(
        'FORWARD',
        'last',
        '-j ACCEPT',
        '  410 24600 ACCEPT     0    --  *      *       0.0.0.0/0            0.0.0.0/0           ',
      );
    },
  }),
  nearMiss({
    name: 'nm-expected-kubernetes-rules',
    why: 'All the DROP and REJECT rules that kube-proxy, kubelet and the CNI write themselves, with hits.',
    edit(node) {
      node.filterRule(
        'KUBE-FIREWALL',
        'last',
        '-m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP',
        '   12   720 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes firewall for dropping marked packets */ mark match 0x8000/0x8000',
      );
      node.filterRule(
        'KUBE-FORWARD',
        'first',
        '-m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP',
        '   88  5280 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate INVALID nfacct-name  ct_state_invalid_dropped_pkts',
      );
      node.filterRule(
        'KUBE-SERVICES',
        'last',
        '-d 172.20.9.9/32 -p tcp -m comment --comment "shop/idle:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
        '    7   420 REJECT     6    --  *      *       0.0.0.0/0            172.20.9.9           /* shop/idle:http has no endpoints */ tcp dpt:80 reject-with icmp-port-unreachable',
      );
      node.filterRule(
        'KUBE-EXTERNAL-SERVICES',
        'last',
        '-p tcp -m comment --comment "shop/edge:https has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30443 -j DROP',
        '    9   540 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            /* shop/edge:https has no local endpoints */ ADDRTYPE match dst-type LOCAL tcp dpt:30443',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-d 169.254.172.0/22 -m conntrack --ctstate NEW -m comment --comment "Block Node Local Pod access via IPv4" -j REJECT --reject-with icmp-port-unreachable',
        '    3   180 REJECT     0    --  *      *       0.0.0.0/0            169.254.172.0/22     ctstate NEW /* Block Node Local Pod access via IPv4 */ reject-with icmp-port-unreachable',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-d 169.254.169.254/32 -i eni+ -j DROP',
        '  120  7200 DROP       0    --  eni+   *       0.0.0.0/0            169.254.169.254     ',
      );
    },
  }),
  nearMiss({
    name: 'nm-ipvs-and-source-range-chains',
    why: 'Chains of ipvs mode and of load balancers with source ranges.',
    edit(node) {
      node.filterChain('KUBE-IPVS-FILTER', 1);
      node.filterRule(
        'INPUT',
        'first',
        '-m comment --comment "kubernetes ipvs access filter" -j KUBE-IPVS-FILTER',
        '   10   717 KUBE-IPVS-FILTER  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes ipvs access filter */',
      );
      node.filterRule(
        'KUBE-IPVS-FILTER',
        'last',
        '-m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable',
        '    2   120 REJECT     0    --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate NEW match-set KUBE-IPVS-IPS dst reject-with icmp-port-unreachable',
      );
      node.filterRule(
        'KUBE-PROXY-FIREWALL',
        'last',
        '-d 203.0.113.9/32 -p tcp -m comment --comment "shop/edge:https traffic not accepted by KUBE-FW-ABC" -m tcp --dport 443 -j DROP',
        '   15   900 DROP       6    --  *      *       0.0.0.0/0            203.0.113.9          /* shop/edge:https traffic not accepted by KUBE-FW-ABC */ tcp dpt:443',
      );
    },
  }),
  nearMiss({
    name: 'nm-cis-loopback-drops',
    why: 'A benchmark drops spoofed loopback addresses in INPUT.',
    edit(node) {
      node.filterRule(
        'INPUT',
        'last',
        '-s 127.0.0.0/8 ! -i lo -j DROP',
        '    0     0 DROP       0    --  !lo    *       127.0.0.0/8          0.0.0.0/0           ',
      );
      node.filterRule(
        'OUTPUT',
        'last',
        '-d 198.51.100.0/24 -j DROP',
        '    5   300 DROP       0    --  *      *       0.0.0.0/0            198.51.100.0/24     ',
      );
    },
  }),
  nearMiss({
    name: 'nm-drop-behind-accept',
    why: 'A DROP that no packet of a pod reaches: an ACCEPT for the VPC stands before it.',
    edit(node) {
      node.filterRule(
        'FORWARD',
        'last',
        '-s 10.67.0.0/16 -j ACCEPT',
        ' 9120 981K ACCEPT     0    --  *      *       10.67.0.0/16         0.0.0.0/0           ',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-s 10.67.0.0/16 -p tcp -m tcp --dport 8080 -j DROP',
        '    0     0 DROP       6    --  *      *       10.67.0.0/16         0.0.0.0/0            tcp dpt:8080',
      );
    },
  }),
  nearMiss({
    name: 'nm-drop-of-strangers',
    why: 'FORWARD drops telnet and SMB, as hardening guides say, and nothing of it was ever hit.',
    edit(node) {
      node.filterRule(
        'FORWARD',
        'last',
        '-p tcp -m multiport --dports 23,445 -j DROP',
        '    0     0 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports 23,445',
      );
      node.filterRule(
        'FORWARD',
        'last',
        '-s 203.0.113.0/24 -j DROP',
        '    0     0 DROP       0    --  *      *       203.0.113.0/24       0.0.0.0/0           ',
      );
    },
  }),
  nearMiss({
    name: 'nm-conntrack-busy-not-full',
    why: 'Races, clashes and invalid packets: large counters of other things, the table half full.',
    edit(node) {
      node.replace(
        'networking/conntrack.txt',
        /found=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0/g,
        'found=91831 invalid=20433 insert=0 insert_failed=233 drop=0 early_drop=0 error=120 search_restart=91223',
      );
      node.sysctl('net.netfilter.nf_conntrack_max', '131072');
      node.sysctl('net.netfilter.nf_conntrack_count', '61000');
      node.kernel(20, 'TCP: request_sock_TCP: Possible SYN flooding on port 8080. Sending cookies.');
    },
  }),
  nearMiss({
    name: 'nm-conntrack-full-last-month',
    why: 'messages still has the line of another month; the table is nearly empty.',
    edit(node) {
      node.write(
        'var_log/messages',
        `Oct 14 03:11:09 ${node.base.host} kernel: nf_conntrack: nf_conntrack: table full, dropping packet\nOct 14 03:11:14 ${node.base.host} kernel: net_ratelimit: 4711 callbacks suppressed\n${node.read('var_log/messages')}`,
      );
    },
  }),
  nearMiss({
    name: 'nm-conntrack-max-set',
    why: 'kube-proxy sets the maximum at start.',
    edit(node) {
      node.proxy(
        44,
        'I',
        'conntrack.go:98',
        '"Set sysctl" entry="net/netfilter/nf_conntrack_max" value=131072',
      );
      node.proxy(
        44,
        'I',
        'conntrack.go:98',
        '"Set sysctl" entry="net/netfilter/nf_conntrack_tcp_timeout_established" value=86400',
      );
    },
  }),
  nearMiss({
    name: 'nm-ena-few-over-months',
    why: 'Some hundred shaped packets since the driver was loaded, months ago; the gauge is high.',
    edit(node) {
      node.ethtool('bw_in_allowance_exceeded', 214);
      node.ethtool('pps_allowance_exceeded', 37);
      node.ethtool('linklocal_allowance_exceeded', 4);
      node.replace(
        'system/last_reboot.txt',
        /[^]*/,
        'reboot   system boot  6.1.115-126.197. Sat Aug  1 08:00   still running\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-ena-gauge-and-queue-drops',
    why: 'The gauge of free tracking entries is high and a queue dropped two packets.',
    edit(node) {
      node.ethtool('conntrack_allowance_available', 998812);
      node.ethtool('queue_0_rx_drops', 2);
    },
  }),
  nearMiss({
    name: 'nm-mtu-of-other-interfaces',
    why: 'docker0, dummy0 and the pod identity link have their own MTU.',
    edit(node) {
      node.append(
        'networking/ifconfig.txt',
        'docker0: flags=4099<UP,BROADCAST,MULTICAST>  mtu 1500',
        '        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255',
        '',
        'dummy0: flags=195<UP,BROADCAST,RUNNING,NOARP>  mtu 1500',
        '        inet 169.254.20.10  netmask 255.255.255.255',
        '',
        'pod-id-link0: flags=195<UP,BROADCAST,RUNNING,NOARP>  mtu 1500',
        '        inet 169.254.170.23  netmask 255.255.255.255',
        '',
      );
    },
  }),
  nearMiss({
    name: 'nm-mtu-1500-everywhere',
    why: 'All of 1500, as configured.',
    edit(node) {
      node.replace('networking/ifconfig.txt', /mtu 9001/g, 'mtu 1500');
      node.replace('cni/10-aws.conflist', /"mtu": "9001"/g, '"mtu": "1500"');
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'AWS_VPC_ENI_MTU=9001',
        'AWS_VPC_ENI_MTU=1500',
      );
      node.replace(
        'ipamd/networkutils-env-settings.json',
        '"AWS_VPC_ENI_MTU":9001',
        '"AWS_VPC_ENI_MTU":1500',
      );
    },
  }),
  nearMiss({
    name: 'nm-pod-mtu-smaller',
    why: 'POD_MTU 8900 under an interface of 9001: pods send less than the path carries.',
    edit(node) {
      node.replace('networking/ifconfig.txt', /^(eni\w+: .*)mtu 9001/gm, '$1mtu 8900');
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        '"VPC_CNI_VERSION',
        '"POD_MTU=8900",\n                "VPC_CNI_VERSION',
      );
    },
  }),
  nearMiss({
    name: 'nm-rp-filter-of-veths',
    why: 'rp_filter 1 on lo, docker0 and veths; forwarding off for single IPv6 interfaces.',
    edit(node) {
      for (const dev of ['lo', 'enicf606c3b1e3', 'enid7c1f48b9ab'])
        node.sysctl(`net.ipv4.conf.${dev}.rp_filter`, '1');
      node.sysctl('net.ipv6.conf.enicf606c3b1e3.forwarding', '0');
    },
  }),
  nearMiss({
    name: 'nm-mac-policy-overridden',
    why: 'The link file shows both values; the later one counts.',
    edit(node) {
      node.write(
        'networking/systemd-network/99-default.link',
        '# /usr/lib/systemd/network/99-default.link\n[Match]\nOriginalName=*\n\n[Link]\nNamePolicy=keep kernel database onboard slot path\nMACAddressPolicy=persistent\n\n# /etc/systemd/network/99-default.link.d/aws.conf\n[Link]\nMACAddressPolicy=none\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-ena-reset-at-boot-and-cgroup-oom',
    why: 'A device that resets at boot, and an application killed in its own cgroup.',
    edit(node) {
      node.kernel(45.9, 'ena 0000:00:05.0: Device reset completed successfully');
      node.kernel(
        15,
        'Memory cgroup out of memory: Killed process 9123 (java) total-vm:9123456kB, anon-rss:1048576kB, file-rss:0kB, shmem-rss:0kB',
      );
    },
  }),
  nearMiss({
    name: 'nm-security-group-inventory',
    why: 'ipamd lists security groups at start.',
    edit(node) {
      node.ipamd(
        44,
        'info',
        'Found ENI eni-0bc5ace314987ad4e SG sg-0a1b2c3d4e5f67890, SG sg-0deny00000000000',
      );
      node.ipamd(44, 'debug', 'Found vpc-id: vpc-0123, network ACL acl-0a1b is the default');
    },
  }),
  nearMiss({
    name: 'nm-ping-without-internet',
    why: 'A private cluster: nothing outside answers to ping.',
    edit(node) {
      for (const f of ['amazon.com', 'public.ecr.aws'])
        node.write(
          `networking/ping_${f}.txt`,
          `PING ${f} (198.51.100.20) 56(84) bytes of data.\n\n--- ${f} ping statistics ---\n10 packets transmitted, 0 received, 100% packet loss, time 9205ms\n\n`,
        );
    },
  }),
  nearMiss({
    name: 'nm-api-answers-401',
    why: 'The API server answers, with 401 and 403.',
    edit(node) {
      node.write(
        'networking/curl_api_server.txt',
        node
          .read('networking/curl_api_server.txt')
          .replaceAll('< HTTP/2 200', '< HTTP/2 401')
          .replaceAll(/\[\+\].*\n/g, '')
          .replaceAll(
            'livez check passed',
            '{"kind":"Status","status":"Failure","message":"forbidden: User \\"system:anonymous\\" cannot get path \\"/livez\\"","code":403}',
          ),
      );
    },
  }),
];
