/** Conntrack, ENA limits, MTU. Facts: signatures D, vpc-cni §5. */
import { monitoringAgentLayout, primaryInterface, withoutMessages } from '../layout.js';
import { fault, type Variant } from '../types.js';

export const resourceFaults: Variant[] = [
  fault({
    name: 'conntrack-full-kernel-lines',
    why: 'The kernel says so, rate-limited.',
    expected: ['conntrack_full'],
    severe: ['conntrack-exhausted'],
    edit(node) {
      node.spread(9, 1, 12, (m) => {
        node.kernel(m, 'nf_conntrack: nf_conntrack: table full, dropping packet');
        node.kernel(m - 0.1, 'net_ratelimit: 1843 callbacks suppressed');
      });
      node.sysctl('net.netfilter.nf_conntrack_max', '65536');
      node.sysctl('net.netfilter.nf_conntrack_count', '65536');
    },
  }),
  fault({
    name: 'conntrack-full-messages-only',
    why: 'One line in messages half an hour ago, in the older wording; the table is still nearly full.',
    expected: ['conntrack_full'],
    severe: ['conntrack-exhausted'],
    edit(node) {
      node.messages(28, 'kernel', '[ 4012.338102] nf_conntrack: table full, dropping packet');
      node.sysctl('net.netfilter.nf_conntrack_max', '131072');
      node.sysctl('net.netfilter.nf_conntrack_count', '128011');
    },
  }),
  fault({
    name: 'conntrack-full-state-only',
    why: 'No line, but count stands at the maximum and entries are dropped.',
    expected: ['conntrack_full'],
    severe: ['conntrack-exhausted'],
    edit(node) {
      monitoringAgentLayout(node);
      node.sysctl('net.netfilter.nf_conntrack_max', '131072');
      node.sysctl('net.netfilter.nf_conntrack_count', '131068');
      node.replace('networking/conntrack.txt', /drop=0 early_drop=0/g, 'drop=20811 early_drop=4410');
    },
  }),
  fault({
    name: 'conntrack-full-dmesg-ens5',
    why: 'AL2023: no messages file, ens5, lines in dmesg only; the sysctl was taken a moment after.',
    expected: ['conntrack_full'],
    severe: ['conntrack-exhausted'],
    edit(node) {
      primaryInterface(node, 'ens5');
      withoutMessages(node);
      node.spread(3, 0.2, 4, (m) => node.kernel(m, 'nf_conntrack: table full, dropping packet'));
      node.sysctl('net.netfilter.nf_conntrack_max', '131072');
      node.sysctl('net.netfilter.nf_conntrack_count', '118540');
    },
  }),
  fault({
    name: 'ena-conntrack-allowance',
    why: 'The instance tracks no more flows.',
    expected: ['ena_allowance'],
    severe: ['conntrack-allowance-exceeded'],
    edit(node) {
      node.ethtool('conntrack_allowance_exceeded', 48213);
      node.ethtool('conntrack_allowance_available', 0);
    },
  }),
  fault({
    name: 'ena-pps-and-bandwidth',
    why: 'Packets are shaped.',
    expected: ['ena_allowance'],
    severe: ['ena-allowance-exceeded'],
    edit(node) {
      primaryInterface(node, 'ens5');
      node.ethtool('pps_allowance_exceeded', 912443);
      node.ethtool('bw_in_allowance_exceeded', 120778);
    },
  }),
  fault({
    name: 'ena-link-local',
    why: 'Too many packets to the resolver and the metadata service.',
    expected: ['ena_allowance'],
    severe: ['ena-allowance-exceeded'],
    edit(node) {
      monitoringAgentLayout(node);
      node.ethtool('linklocal_allowance_exceeded', 55120);
    },
  }),
  fault({
    name: 'mtu-eni-1500-veth-9001',
    why: "The node's interface carries 1500 bytes, the pods send 9001.",
    expected: ['mtu_mismatch'],
    severe: ['mtu-mismatch'],
    edit(node) {
      node.replace('networking/ifconfig.txt', /^(eth0: .*)mtu 9001/m, '$1mtu 1500');
    },
  }),
  fault({
    name: 'mtu-one-veth-larger-ens5',
    why: 'The CNI is told 1500, yet one veth still has 9001 from before.',
    expected: ['mtu_mismatch'],
    severe: ['mtu-mismatch'],
    edit(node) {
      primaryInterface(node, 'ens5');
      node.replace('networking/ifconfig.txt', /mtu 9001/g, 'mtu 1500');
      node.replace('networking/ifconfig.txt', /^(enicf606c3b1e3: .*)mtu 1500/m, '$1mtu 9001');
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
  fault({
    name: 'mtu-pods-smaller-than-configured',
    why: 'The configuration says 9001; all pods got 8500 through POD_MTU while the interface has 1500.',
    expected: ['mtu_mismatch'],
    severe: ['mtu-mismatch'],
    edit(node) {
      node.replace('networking/ifconfig.txt', /^(eni\w+: .*)mtu 9001/gm, '$1mtu 8500');
      node.replace('networking/ifconfig.txt', /^(eth0: .*)mtu 9001/m, '$1mtu 1500');
    },
  }),
];
