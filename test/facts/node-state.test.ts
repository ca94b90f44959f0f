import { describe, expect, it } from 'vitest';
import { apiServerCheck } from '../../src/facts/api-server-check.js';
import { cniVersion, plainVersion } from '../../src/facts/cni-version.js';
import { conntrackStats } from '../../src/facts/conntrack-stats.js';
import { conntrackUsage } from '../../src/facts/conntrack-usage.js';
import { containerRestarts } from '../../src/facts/container-restarts.js';
import { customNetworking } from '../../src/facts/custom-networking.js';
import { enaAllowance } from '../../src/facts/ena-allowance.js';
import { interfaceDrops } from '../../src/facts/interface-drops.js';
import { interfaceMtu } from '../../src/facts/interface-mtu.js';
import { ipPool } from '../../src/facts/ip-pool.js';
import { ipamdState } from '../../src/facts/ipamd-state.js';
import { kubeProxyState } from '../../src/facts/kube-proxy-state.js';
import { mtuMismatch } from '../../src/facts/mtu-mismatch.js';
import { otherCni } from '../../src/facts/other-cni.js';
import type { Flow } from '../../src/model/trace.js';
import { overlay } from '../../src/facts/overlay.js';
import { prefixDelegation } from '../../src/facts/prefix-delegation.js';
import { securityGroupsForPods } from '../../src/facts/security-groups-for-pods.js';
import { serviceEndpoint } from '../../src/facts/service-endpoint.js';
import { POLICY_MODE_QUERY, PROBE_QUERY } from '../../src/facts/support/log-queries.js';
import { sysctlForwarding } from '../../src/facts/sysctl-forwarding.js';
import type { CniContainer, Eni, Service } from '../../src/model/node.js';
import type { LogFileSummary } from '../../src/model/logs.js';
import {
  at,
  context,
  counters,
  dropped,
  fieldsOf,
  flow,
  iface,
  instancesOf,
  interfaces,
  iptables,
  logs,
  matches,
  node,
  ok,
  pod,
  record,
  routes,
  sysctl,
  trace,
  type NodeParts,
} from './support.js';

const one = (parts: NodeParts) => context({ nodes: [node(parts)] });

const container = (env: Record<string, string>, parts: Partial<CniContainer> = {}): CniContainer => ({
  name: 'aws-node',
  image: null,
  version: null,
  env: new Map(Object.entries(env).map(([key, value]) => [key, { value, loc: at('cni/vars.json', 3) }])),
  loc: at('cni/vars.json'),
  ...parts,
});

const eni = (parts: Partial<Eni> = {}): Eni => ({
  id: 'eni-1',
  primary: true,
  trunk: false,
  networkCard: 0,
  deviceNumber: 0,
  routeTableId: null,
  subnetId: 'subnet-1',
  cidrs: [],
  hasPrefixes: false,
  addresses: [],
  loc: at('ipamd/enis.json'),
  ...parts,
});

describe('counters', () => {
  it('conntrack_usage gives the ratio', () => {
    const full = one({
      sysctl: sysctl({
        'net.netfilter.nf_conntrack_count': '130000',
        'net.netfilter.nf_conntrack_max': '131072',
      }),
    });
    expect(fieldsOf(conntrackUsage, full, ['entries', 'max', 'ratio', 'percent'])).toEqual([
      { entries: 130_000, max: 131_072, ratio: 0.9918, percent: 99.2 },
    ]);
    expect(instancesOf(conntrackUsage, one({ sysctl: sysctl({}) }))).toEqual([]);
    expect(conntrackUsage.compute(one({})).known).toBe(false);
  });

  it('conntrack_stats keeps the counters apart', () => {
    const stats = counters({ insert_failed: 12, drop: 0, early_drop: 3 }, 'networking/conntrack.txt');
    const [instance] = instancesOf(conntrackStats, one({ conntrack: ok({ stats, count: 99, entries: [] }) }));
    expect(instance?.fields).toEqual({
      insert_failed: 12,
      drop: 0,
      early_drop: 3,
      invalid: null,
      entries: 99,
    });
    expect(instance?.evidence.map((e) => e.content)).toEqual(['insert_failed=', 'early_drop=']);
  });

  it('ena_allowance lists what was exceeded, with its share', () => {
    const ethtool = ok(
      new Map([
        [
          'eth0',
          counters({
            bw_in_allowance_exceeded: 0,
            pps_allowance_exceeded: 5000,
            conntrack_allowance_exceeded: 3,
            conntrack_allowance_available: 40,
            queue_0_tx_cnt: 600_000,
            queue_0_rx_cnt: 400_000,
          }),
        ],
      ]),
    );
    expect(
      fieldsOf(enaAllowance, one({ ethtool }), [
        'interface',
        'counter',
        'value',
        'per_million',
        'available',
        'in_question',
      ]),
    ).toEqual([
      {
        interface: 'eth0',
        counter: 'pps_allowance_exceeded',
        value: 5000,
        per_million: 5000,
        available: null,
        in_question: true,
      },
      {
        interface: 'eth0',
        counter: 'conntrack_allowance_exceeded',
        value: 3,
        per_million: 3,
        available: 40,
        in_question: true,
      },
    ]);
    const healthy = context({ nodes: [node({ ethtool })], trace: trace([flow()]) });
    expect(fieldsOf(enaAllowance, healthy, ['in_question'])).toEqual([
      { in_question: false },
      { in_question: false },
    ]);
    const lost = context({ nodes: [node({ ethtool })], trace: trace([dropped({ segment: 'vpc' })]) });
    expect(fieldsOf(enaAllowance, lost, ['in_question'])).toEqual([
      { in_question: true },
      { in_question: true },
    ]);
  });
});

describe('ipamd', () => {
  it('ip_pool tells a node that is full from a pool that is empty', () => {
    const introspection = (totalIps: number, assignedIps: number) =>
      ok({
        totalIps,
        assignedIps,
        enis: [eni(), eni({ id: 'eni-2', primary: false, subnetId: 'subnet-2' })],
      });
    const metrics = ok(
      counters({ awscni_ip_max: 28, awscni_eni_max: 3, 'awscni_ec2api_error_count{fn="x"}': 2 }),
    );
    const fields = [
      'total',
      'assigned',
      'free',
      'enis',
      'ec2_errors',
      'exhausted',
      'at_node_limit',
      'subnets',
    ];
    expect(
      fieldsOf(ipPool, one({ introspection: introspection(28, 28), ipamdMetrics: metrics }), fields),
    ).toEqual([
      {
        total: 28,
        assigned: 28,
        free: 0,
        enis: 2,
        ec2_errors: 2,
        exhausted: true,
        at_node_limit: true,
        subnets: 'subnet-1 subnet-2',
      },
    ]);
    expect(
      fieldsOf(ipPool, one({ introspection: introspection(14, 14), ipamdMetrics: metrics }), fields),
    ).toMatchObject([{ exhausted: true, at_node_limit: false }]);
    expect(fieldsOf(ipPool, one({ introspection: introspection(0, 0) }), fields)).toMatchObject([
      { exhausted: false },
    ]);
  });

  it('ip_pool counts what the instance may still give', () => {
    const left = (parts: Record<string, number>) =>
      fieldsOf(ipPool, one({ ipamdMetrics: ok(counters(parts)) }), ['left']);
    const held = { awscni_total_ip_addresses: 12, awscni_assigned_ip_addresses: 10 };
    expect(left({ ...held, awscni_ip_max: 49 })).toEqual([{ left: 39 }]);
    expect(left({ ...held, awscni_ip_max: 11 })).toEqual([{ left: 1 }]);
    expect(left(held)).toEqual([{ left: null }]);
  });

  it('interface_drops relates drops to packets, and leaves pods and virtual interfaces out', () => {
    const parts = { txPackets: 990_000, txDropped: 10_000 };
    const all = [
      iface('eth0', 9001, parts),
      iface('eni18582a65b10', 9001, parts),
      iface('lo', 9001, parts),
      iface('eth1'),
    ];
    expect(
      fieldsOf(interfaceDrops, one({ interfaces: interfaces(...all) }), [
        'interface',
        'tx_dropped',
        'per_million',
      ]),
    ).toEqual([{ interface: 'eth0', tx_dropped: 10_000, per_million: 10_000 }]);
  });

  it('ip_pool falls back on the metrics', () => {
    const metrics = ok(
      counters({ awscni_total_ip_addresses: 8, awscni_assigned_ip_addresses: 3, awscni_eni_allocated: 1 }),
    );
    expect(fieldsOf(ipPool, one({ ipamdMetrics: metrics }), ['total', 'assigned', 'free', 'enis'])).toEqual([
      { total: 8, assigned: 3, free: 5, enis: 1 },
    ]);
  });

  it('ipamd_state tells silence from being switched off', () => {
    const empty = {
      introspection: { ...node().introspection, state: 'empty' as const },
      ipamdMetrics: { ...node().ipamdMetrics, state: 'empty' as const },
    };
    expect(fieldsOf(ipamdState, one(empty), ['silent', 'disabled', 'agent_running'])).toEqual([
      { silent: true, disabled: false, agent_running: null },
    ]);
    const off = { ...empty, cniContainers: ok([container({ DISABLE_INTROSPECTION: 'true' })]) };
    expect(fieldsOf(ipamdState, one(off), ['silent', 'disabled'])).toEqual([
      { silent: false, disabled: true },
    ]);
    expect(fieldsOf(ipamdState, one({}), ['silent'])).toEqual([{ silent: false }]);
  });

  it('container_restarts reads the number of the run from the name of the log', () => {
    const file = (name: string): LogFileSummary => ({
      node: 'node-a',
      source: 'aws-node',
      file: name,
      lines: 9,
      bytes: 900,
      first: 0,
      last: 1,
      longLines: 0,
      truncated: false,
    });
    const folder = 'var_log/kube-system_aws-node-ce231_011c6ff7-2f7a/aws-node';
    const files = [
      file(`${folder}/6.log`),
      file(`${folder}/7.log`),
      file(`${folder}/5.log.20261120-1.gz`),
      file('var_log/messages'),
    ];
    expect(
      fieldsOf(containerRestarts, context({ logs: logs({ files }) }), [
        'pod',
        'container',
        'restarts',
        'logs',
      ]),
    ).toEqual([{ pod: 'kube-system/aws-node-ce231', container: 'aws-node', restarts: 7, logs: 3 }]);
    expect(containerRestarts.compute(context()).known).toBe(false);
  });

  it('cni_version strips the build and knows the faulty one', () => {
    expect([plainVersion('v1.20.4-eksbuild.2'), plainVersion('1.18.1'), plainVersion('dev')]).toEqual([
      'v1.20.4',
      'v1.18.1',
      'dev',
    ]);
    const of = (version: string) =>
      fieldsOf(cniVersion, one({ identity: { cniVersion: version } }), ['plain', 'known_bad']);
    expect(of('v1.20.4-eksbuild.1')).toEqual([{ plain: 'v1.20.4', known_bad: true }]);
    expect(of('v1.20.40')).toEqual([{ plain: 'v1.20.40', known_bad: false }]);
    expect(cniVersion.compute(one({})).known).toBe(false);
  });

  it('custom_networking finds pods on the primary interface', () => {
    const on = { cniContainers: ok([container({ AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' })]) };
    expect(
      fieldsOf(customNetworking, one({ ...on, pods: [pod('10.0.1.9')] }), ['pods_on_primary', 'misplaced']),
    ).toEqual([{ pods_on_primary: 1, misplaced: true }]);
    expect(
      fieldsOf(customNetworking, one({ ...on, pods: [pod('100.64.1.9', { deviceNumber: 1 })] }), [
        'misplaced',
      ]),
    ).toEqual([{ misplaced: false }]);
    expect(instancesOf(customNetworking, one({ pods: [pod('10.0.1.9')] }))).toEqual([]);
  });

  it('prefix_delegation sees prefixes without the setting', () => {
    const introspection = ok({
      totalIps: 32,
      assignedIps: 1,
      enis: [eni({ cidrs: ['10.0.1.16/28', '10.0.1.9/32'], hasPrefixes: true })],
    });
    expect(fieldsOf(prefixDelegation, one({ introspection }), ['enabled', 'prefixes', 'mixed'])).toEqual([
      { enabled: null, prefixes: 1, mixed: true },
    ]);
  });
});

describe('services', () => {
  it('kube_proxy_state counts service chains', () => {
    const nat = iptables(
      '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SVC-ABC - [0:0]\n:KUBE-SEP-DEF - [0:0]\nCOMMIT',
    );
    const fields = ['service_chains', 'endpoint_chains', 'rules_missing'];
    expect(fieldsOf(kubeProxyState, one({ iptables: nat, kubeProxyMode: 'iptables' }), fields)).toEqual([
      { service_chains: 1, endpoint_chains: 1, rules_missing: false },
    ]);
    const bare = iptables('*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT');
    expect(
      fieldsOf(kubeProxyState, one({ iptables: bare, kubeProxyMode: 'iptables' }), ['rules_missing']),
    ).toEqual([{ rules_missing: true }]);
    expect(
      fieldsOf(kubeProxyState, one({ iptables: bare, kubeProxyMode: 'nftables' }), ['rules_missing']),
    ).toEqual([{ rules_missing: false }]);
    expect(fieldsOf(kubeProxyState, one({}), fields)).toEqual([
      { service_chains: null, endpoint_chains: null, rules_missing: false },
    ]);
  });

  it('kube_proxy_state misses the process only where a process list shows the others', () => {
    const processes = (...commands: string[]) =>
      ok(commands.map((command, n) => ({ command, loc: at('system/ps.txt', n + 2) })));
    const of = (list: ReturnType<typeof processes>, kubeProxyMode: 'iptables' | 'unknown' = 'iptables') =>
      fieldsOf(kubeProxyState, one({ processes: list, kubeProxyMode }), ['process_gone']);
    expect(of(processes('/usr/bin/kubelet --config x'))).toEqual([{ process_gone: true }]);
    expect(of(processes('/usr/bin/kubelet --config x', 'kube-proxy --v=2'))).toEqual([
      { process_gone: false },
    ]);
    expect(of(processes('/usr/bin/containerd'))).toEqual([{ process_gone: false }]);
    expect(of(processes('/usr/bin/kubelet', 'cilium-agent'))).toEqual([{ process_gone: false }]);
    expect(of(processes('/usr/bin/kubelet'), 'unknown')).toEqual([{ process_gone: false }]);
  });

  const service = (parts: Partial<Service> = {}): Service => ({
    name: 'shop/db',
    clusterIp: '172.20.0.7',
    port: 80,
    protocol: 'tcp',
    endpoints: [{ ip: '10.0.1.44', port: 8080, loc: at('networking/iptables-save.txt', 70) }],
    rejected: null,
    loc: at('networking/iptables-save.txt', 60),
    ...parts,
  });

  it('service_endpoint finds an address that its node holds free', () => {
    const free = { address: '10.0.1.44', assigned: false, namespace: null, pod: null, unassignedAt: null };
    const holder = node({
      id: 'node-b',
      introspection: ok({ totalIps: 1, assignedIps: 0, enis: [eni({ addresses: [free] })] }),
    });
    const of = (nodes: ReturnType<typeof node>[]) =>
      fieldsOf(serviceEndpoint, context({ nodes }), ['service', 'stale', 'stale_endpoint', 'no_endpoints']);
    expect(of([node({ services: [service()] }), holder])).toEqual([
      { service: 'shop/db', stale: 1, stale_endpoint: '10.0.1.44:8080', no_endpoints: false },
    ]);
    expect(of([node({ services: [service()] })])).toEqual([]);
  });

  it('service_endpoint names a service without endpoints only in question where the flow goes to it', () => {
    const none = service({ endpoints: [], rejected: at('networking/iptables-save.txt', 5) });
    const of = (ip: string) =>
      fieldsOf(
        serviceEndpoint,
        context({ nodes: [node({ services: [none] })], trace: trace([dropped({ dst: { ip, port: 80 } })]) }),
        ['no_endpoints', 'in_question'],
      );
    expect(of('172.20.0.7')).toEqual([{ no_endpoints: true, in_question: true }]);
    expect(of('172.20.0.8')).toEqual([{ no_endpoints: true, in_question: false }]);
  });

  it('api_server_check takes any answer for reached', () => {
    const check = (attempts: number, reached: number) =>
      fieldsOf(
        apiServerCheck,
        one({ apiServer: ok({ url: 'https://x', attempts, reached, errors: [], clockSkewSeconds: null }) }),
        ['unreachable'],
      );
    expect([check(5, 0), check(5, 1), check(0, 0)]).toEqual([
      [{ unreachable: true }],
      [{ unreachable: false }],
      [{ unreachable: false }],
    ]);
  });
});

describe('other_cni', () => {
  const chains = (jump: boolean) =>
    iptables(
      [
        '*filter',
        ':FORWARD ACCEPT [0:0]',
        ':cali-FORWARD - [0:0]',
        ':cali-tw-eni18582a65b10 - [0:0]',
        ...(jump ? ['-A FORWARD -m comment --comment "cali:x" -j cali-FORWARD'] : []),
        '[7:420] -A cali-tw-eni18582a65b10 -m comment --comment "Drop if no policies passed packet" -j DROP',
        'COMMIT',
      ].join('\n'),
    );
  const enabled = logs({
    matches: new Map([
      matches(POLICY_MODE_QUERY, [
        record({ message: 'Network Policy is enabled', fields: { mode: 'enabled' } }),
      ]),
    ]),
  });
  const fields = [
    'sure',
    'chains_referenced',
    'policy_drop_packets',
    'leftovers_only',
    'policy_engine_conflict',
  ];

  it('is a conflict when both enforce', () => {
    expect(
      fieldsOf(otherCni, context({ nodes: [node({ iptables: chains(true) })], logs: enabled }), fields),
    ).toEqual([
      {
        sure: true,
        chains_referenced: true,
        policy_drop_packets: 7,
        leftovers_only: false,
        policy_engine_conflict: true,
      },
    ]);
  });

  it('is none where the agent of the VPC CNI is not known to be enabled', () => {
    expect(fieldsOf(otherCni, one({ iptables: chains(true) }), ['policy_engine_conflict'])).toEqual([
      { policy_engine_conflict: false },
    ]);
  });

  it('counts a listed container only where processes were not collected', () => {
    const images = ok(
      [{ image: 'quay.io/calico/node:v3.26.4', loc: at('containerd/containerd-containers.txt', 3) }],
      'containerd/containerd-containers.txt',
    );
    const processes = ok([{ command: '/usr/bin/kubelet', loc: at('system/ps.txt', 2) }]);
    const of = (parts: NodeParts) =>
      fieldsOf(otherCni, context({ nodes: [node(parts)], logs: enabled }), ['policy_engine_conflict']);
    expect(of({ images })).toEqual([{ policy_engine_conflict: true }]);
    expect(of({ images, processes })).toEqual([{ policy_engine_conflict: false }]);
    const stored = ok([{ ...images.value[0]!, loc: at('containerd/containerd-images.txt', 3) }]);
    expect(of({ images: stored })).toEqual([{ policy_engine_conflict: false }]);
  });

  it('is none where nothing leads into the chains', () => {
    expect(
      fieldsOf(otherCni, context({ nodes: [node({ iptables: chains(false) })], logs: enabled }), fields),
    ).toEqual([
      {
        sure: false,
        chains_referenced: false,
        policy_drop_packets: 7,
        leftovers_only: true,
        policy_engine_conflict: false,
      },
    ]);
  });

  it('is a conflict when its agent runs, even without chains', () => {
    const running = node({
      processes: ok([{ command: 'calico-node -felix', loc: at('system/ps.txt', 60) }]),
    });
    expect(
      fieldsOf(otherCni, context({ nodes: [running], logs: enabled }), [
        'sure',
        'chains_referenced',
        'policy_engine_conflict',
      ]),
    ).toEqual([{ sure: true, chains_referenced: false, policy_engine_conflict: true }]);
  });

  it('takes devices and images for weak signs', () => {
    const weak = one({
      interfaces: interfaces(iface('vxlan.calico'), iface('cali19278e740aa')),
      images: ok([{ image: 'docker.io/calico/node:v3.27.0', loc: at('containerd/containerd-images.txt') }]),
    });
    expect(fieldsOf(otherCni, weak, ['engine', 'sure', 'policy_engine_conflict'])).toEqual([
      { engine: 'calico', sure: false, policy_engine_conflict: false },
    ]);
  });

  it('does not take a disabled configuration for Cilium', () => {
    const config = { name: '10-aws.conflist.cilium_bak', types: ['aws-cni'], mtu: null, loc: at('cni/x') };
    expect(instancesOf(otherCni, one({ cniConfigs: [config] }))).toEqual([]);
  });
});

describe('interfaces', () => {
  it('interface_mtu names the kinds', () => {
    const list = interfaces(
      iface('eth0'),
      iface('eni18582a65b10'),
      iface('vlan.eth.1'),
      iface('vxlan.calico'),
      iface('lo', 65_536),
      iface('docker0', 1500),
    );
    expect(
      fieldsOf(interfaceMtu, one({ interfaces: list, identity: { primaryInterface: 'eth0' } }), [
        'interface',
        'kind',
        'mtu',
      ]),
    ).toEqual([
      { interface: 'eth0', kind: 'eni', mtu: 9001 },
      { interface: 'eni18582a65b10', kind: 'veth', mtu: 9001 },
      { interface: 'vlan.eth.1', kind: 'branch', mtu: 9001 },
      { interface: 'vxlan.calico', kind: 'overlay', mtu: 9001 },
      { interface: 'lo', kind: 'loopback', mtu: 65_536 },
      { interface: 'docker0', kind: 'bridge', mtu: 1500 },
    ]);
  });

  const sized = (id: string, eth0: number, veth: number) =>
    node({
      id,
      identity: { primaryInterface: 'eth0' },
      interfaces: interfaces(
        iface('eth0', eth0),
        iface('eni18582a65b10', veth),
        iface('lo', 65_536),
        iface('docker0', 1500),
      ),
    });
  const mismatches = (nodes: ReturnType<typeof node>[], rest = {}) =>
    fieldsOf(mtuMismatch, context({ nodes, ...rest }), ['kind', 'a_mtu', 'b_mtu', 'delivered']);

  it('mtu_mismatch finds a veth above its interface', () => {
    expect(mismatches([sized('node-a', 1500, 9001)])).toEqual([
      { kind: 'veth-above-eni', a_mtu: 9001, b_mtu: 1500, delivered: false },
    ]);
  });

  it('mtu_mismatch is content with a veth below it', () => {
    expect(mismatches([sized('node-a', 9001, 8951)])).toEqual([]);
  });

  it('mtu_mismatch compares nodes', () => {
    const nodes = [sized('node-a', 9001, 9001), sized('node-b', 1500, 1500)];
    expect(mismatches(nodes)).toEqual([
      { kind: 'between-nodes', a_mtu: 9001, b_mtu: 1500, delivered: false },
    ]);
    expect(mismatches(nodes, { trace: trace([flow()]) })).toMatchObject([{ delivered: true }]);
  });

  it('mtu_mismatch compares pods of nodes whose interfaces agree', () => {
    const small = { ...sized('node-b', 9001, 1500), pods: [pod('10.0.2.7', { veth: 'eni18582a65b10' })] };
    const large = { ...sized('node-a', 9001, 9001), pods: [pod('10.0.1.9', { veth: 'eni18582a65b10' })] };
    expect(mismatches([large, small])).toEqual([
      { kind: 'between-nodes', a_mtu: 9001, b_mtu: 1500, delivered: false },
    ]);
  });

  it('sysctl_forwarding matters only with pods of the family', () => {
    const off = { sysctl: sysctl({ 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0' }) };
    expect(
      fieldsOf(sysctlForwarding, one({ ...off, pods: [pod('10.0.1.9')] }), ['family', 'disabled']),
    ).toEqual([
      { family: 4, disabled: true },
      { family: 6, disabled: false },
    ]);
  });

  it('overlay counts only where a lost flow is routed into it', () => {
    const calico = node({
      interfaces: interfaces(iface('vxlan.calico', 8951)),
      routes: routes(
        'default via 10.0.1.1 dev eth0',
        '192.168.32.0/26 via 192.168.32.0 dev vxlan.calico onlink',
      ),
    });
    const of = (dst: string, segment: 'vpc' | 'src_node') =>
      fieldsOf(
        overlay,
        context({ nodes: [calico], trace: trace([dropped({ segment, dst: { ip: dst, port: 80 } })]) }),
        ['kind', 'needs', 'carries_lost_flow', 'lost_destination'],
      );
    expect(of('192.168.32.9', 'vpc')).toEqual([
      { kind: 'vxlan', needs: 'udp 4789', carries_lost_flow: true, lost_destination: '192.168.32.9' },
    ]);
    expect(of('192.168.32.9', 'src_node')).toMatchObject([{ carries_lost_flow: false }]);
    expect(of('10.0.2.7', 'vpc')).toMatchObject([{ carries_lost_flow: false }]);
  });

  it('a tunnel through which anything passes to the same node is not blocked', () => {
    const calico = node({
      interfaces: interfaces(iface('vxlan.calico', 8951)),
      routes: routes(
        '192.168.32.0/26 via 192.168.32.0 dev vxlan.calico onlink',
        '192.168.64.0/26 via 192.168.64.0 dev vxlan.calico onlink',
      ),
    });
    const to = (ip: string): Flow['dst'] => ({ ip, port: 80 });
    const lost = dropped({ segment: 'vpc', dst: to('192.168.32.9') });
    const blocked = (...flows: Flow[]): unknown =>
      fieldsOf(overlay, context({ nodes: [calico], trace: trace(flows) }), ['carries_lost_flow']);
    const one = [{ carries_lost_flow: true }];
    const none = [{ carries_lost_flow: false }];
    expect(blocked(lost, flow({ dst: to('192.168.64.9') }))).toEqual(one);
    expect(blocked(lost, flow({ dst: to('192.168.32.7') }))).toEqual(none);
    const lossy = flow({ verdict: 'lossy', reason: 'partial', segment: 'vpc', dst: to('192.168.32.7') });
    expect(blocked(lossy)).toEqual(none);
    expect(blocked(lost, lossy)).toEqual(none);
    expect(blocked({ ...lost, reason: 'size' })).toEqual(none);
    // That it was sent says nothing of what arrives.
    const sent = flow({ protocol: 'udp', reason: 'seen-at-last-point', dst: to('192.168.32.7') });
    expect(blocked(lost, sent)).toEqual(one);
  });

  it('security_groups_for_pods needs a pod with a branch interface', () => {
    const branch = node({ pods: [pod('10.0.1.9', { branchEni: true }), pod('10.0.1.10')] });
    const of = (segment: 'vpc' | 'dst_node') =>
      fieldsOf(securityGroupsForPods, context({ nodes: [branch], trace: trace([dropped({ segment })]) }), [
        'pod_ip',
        'lost_in_vpc',
        'role',
      ]);
    expect(of('vpc')).toEqual([{ pod_ip: '10.0.1.9', lost_in_vpc: true, role: 'src' }]);
    expect(of('dst_node')).toEqual([{ pod_ip: '10.0.1.9', lost_in_vpc: false, role: 'src' }]);
  });

  it('security_groups_for_pods names the symptom that the bundle shows', () => {
    const open = (dst: string, n: number) => ({
      proto: 'tcp',
      state: 'SYN_SENT',
      original: { src: '10.0.1.9', dst, sport: 40_000 + n, dport: 5432 },
      reply: { src: dst, dst: '10.0.1.9', sport: 5432, dport: 40_000 + n },
      flags: ['UNREPLIED'],
      mark: null,
      loc: at('networking/conntrack.txt', n + 5),
    });
    const branch = (entries: number) =>
      node({
        pods: [pod('10.0.1.9', { branchEni: true })],
        conntrack: ok({
          stats: new Map(),
          count: entries,
          entries: Array.from({ length: entries }, (_, n) => open('10.0.2.7', n)),
        }),
      });
    const probes = (count: number) =>
      logs({
        matches: new Map([
          matches(
            PROBE_QUERY,
            Array.from({ length: count }, () =>
              record({ message: 'Probe failed', fields: { ip: '10.0.1.9' } }),
            ),
          ),
        ]),
      });
    const of = (entries: number, failed: number, rest: Parameters<typeof context>[0] = {}) =>
      fieldsOf(
        securityGroupsForPods,
        context({ nodes: [branch(entries)], ...(failed > 0 ? { logs: probes(failed) } : {}), ...rest }),
        ['symptom', 'probes_timed_out', 'unanswered'],
      );
    expect(of(0, 0)).toEqual([{ symptom: 'none', probes_timed_out: 0, unanswered: 0 }]);
    expect(of(2, 2)).toMatchObject([{ symptom: 'none' }]);
    expect(of(2, 3)).toMatchObject([{ symptom: 'probes' }]);
    expect(of(5, 0)).toMatchObject([{ symptom: 'connections' }]);
    expect(of(5, 3, { trace: trace([dropped({ segment: 'dst_node' })]) })).toMatchObject([{ symptom: null }]);
    expect(of(0, 0, { trace: trace([dropped({ segment: 'vpc' })]) })).toMatchObject([{ symptom: 'loss' }]);
  });
});
