import { describe, expect, it } from 'vitest';
import { networkReport } from '../../../src/explain/network/report.js';
import type { Check } from '../../../src/explain/checks/types.js';
import { SECTIONS, type SectionName } from '../../../src/explain/network/types.js';
import type { CniContainer, EniAddress, NodeFacts, Service } from '../../../src/model/node.js';
import {
  at,
  checkpointOf,
  counters,
  iface,
  interfaces,
  iptables,
  missing,
  ok,
  pod,
  routes,
  rules,
  sysctl,
} from '../../facts/support.js';
import { policies, VETH_A, VETH_B, vpcNode } from '../nodes.js';

const A = vpcNode();

function checksOf(node: NodeFacts, section: SectionName): readonly Check[] {
  return networkReport([{ facts: node, input: 'bundle.tgz' }], [section], []).nodes[0]!.sections[0]!.checks;
}

/** `status` of the check of that id, each of several. */
function statuses(node: NodeFacts, section: SectionName, id: string): readonly string[] {
  return checksOf(node, section)
    .filter((c) => c.id === id)
    .map((c) => c.status);
}

function reasonOf(node: NodeFacts, section: SectionName, id: string): string {
  return checksOf(node, section).find((c) => c.id === id)?.reason ?? '';
}

const env = (values: Readonly<Record<string, string>>): NodeFacts['cniContainers'] =>
  ok<CniContainer[]>([
    {
      name: 'aws-node',
      image: 'amazon-k8s-cni:v1.18.1',
      version: 'v1.18.1',
      env: new Map(
        Object.entries(values).map(([key, value], i) => [key, { value, loc: at('cni/env.json', i + 1) }]),
      ),
      loc: at('cni/env.json'),
    },
  ]);

const inUse = { checkpoint: checkpointOf(A.pods) };

describe('a healthy node', () => {
  const eniAddresses: EniAddress[] = [
    ...A.pods.map((p) => ({ address: p.ip, assigned: true })),
    { address: '10.0.1.12', assigned: false },
  ].map((a) => ({ ...a, namespace: null, pod: null, unassignedAt: null }));
  const eni = {
    id: 'eni-0a',
    primary: true,
    trunk: false,
    networkCard: 0,
    deviceNumber: 0,
    routeTableId: null,
    subnetId: null,
    cidrs: [],
    hasPrefixes: false,
    addresses: eniAddresses,
    loc: at('ipamd/enis.json'),
  };
  const kubeDns: Service = {
    name: 'kube-system/kube-dns:dns',
    clusterIp: '172.20.0.10',
    port: 53,
    protocol: 'udp',
    endpoints: [{ ip: '10.0.1.11', port: 53, loc: at('f') }],
    rejected: null,
    loc: at('f'),
  };
  const healthy = vpcNode({
    parts: {
      ...inUse,
      ...policies('web-7d4b9c6f5d-shop', { ingress: [{ key: '0.0.0.0/0' }], egress: [{ key: '0.0.0.0/0' }] }),
      identity: { cniVersion: 'v1.18.1' },
      kubeProxyMode: 'iptables',
      introspection: ok({ totalIps: 3, assignedIps: 2, enis: [eni] }),
      ethtool: ok(
        new Map([
          [
            'eth0',
            counters({
              bw_in_allowance_exceeded: 0,
              linklocal_allowance_exceeded: 0,
              conntrack_allowance_exceeded: 0,
            }),
          ],
        ]),
      ),
      conntrack: ok({
        stats: new Map([
          ['drop', { value: 0, loc: at('f') }],
          ['early_drop', { value: 0, loc: at('f') }],
        ]),
        count: 0,
        entries: [],
      }),
      sysctl: ok(
        new Map([
          ...A.sysctl.value,
          ['net.netfilter.nf_conntrack_count', { value: '10', loc: at('s') }],
          ['net.netfilter.nf_conntrack_max', { value: '131072', loc: at('s') }],
        ]),
      ),
      cniContainers: env({ AWS_VPC_K8S_CNI_EXTERNALSNAT: 'false' }),
      cniConfigs: [
        { name: '10-aws.conflist', types: ['aws-cni', 'portmap'], mtu: 9001, loc: at('cni/10-aws.conflist') },
      ],
      nameservers: ok([{ address: '10.0.0.2', loc: at('networking/resolv.conf') }]),
      apiServer: ok({ url: null, attempts: 5, reached: 5, errors: [], clockSkewSeconds: null }),
      services: [kubeDns],
    },
  });

  it.each(SECTIONS)('has nothing but ok in %s', (section) => {
    expect(checksOf(healthy, section).filter((c) => c.status !== 'ok')).toEqual([]);
    expect(checksOf(healthy, section).length).toBeGreaterThan(1);
  });
});

describe('a bundle with nothing in it', () => {
  const bare = vpcNode({
    parts: {
      routes: missing([]),
      rules: missing([]),
      iptables: { ...A.iptables, state: 'missing' },
      interfaces: missing([]),
      sysctl: missing(new Map()),
      pods: [],
    },
  });

  it.each(SECTIONS)('has nothing but unknown in %s', (section) => {
    const checks = checksOf(bare, section);
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter((c) => c.status !== 'unknown')).toEqual([]);
  });
});

describe('interfaces and addresses', () => {
  it.each<[string, number, number, Record<string, string>, string]>([
    ['both as by default', 9001, 9001, {}, 'ok'],
    ['a veth larger than its ENI', 1500, 9001, { AWS_VPC_ENI_MTU: '1500' }, 'warning'],
    ['an ENI unlike its setting', 1500, 1500, {}, 'warning'],
    ['a smaller veth, which does no harm', 9001, 1500, {}, 'ok'],
    ['a smaller veth that is meant', 9001, 1500, { POD_MTU: '1500' }, 'ok'],
    ['both as the setting says', 1500, 1500, { AWS_VPC_ENI_MTU: '1500' }, 'ok'],
  ])('MTU: %s', (_name, eniMtu, vethMtu, values, expected) => {
    const list = interfaces(iface('eth0', eniMtu), iface(VETH_A, vethMtu), iface('cali0123456789a', 9100));
    const node = vpcNode({ parts: { interfaces: list, cniContainers: env(values) } });
    expect(statuses(node, 'eni', 'mtu')).toEqual([expected]);
  });

  it('misses the veth of a pod in use, not of one that is new', () => {
    const gone = { interfaces: interfaces(iface('eth0'), iface(VETH_A)), ...inUse };
    expect(statuses(vpcNode({ parts: gone }), 'eni', 'pod-veths')).toEqual(['wrong']);
    const fresh = A.pods.map((p) => ({ ...p, allocatedAt: A.collectedAt! - 5000 }));
    expect(statuses(vpcNode({ parts: { ...gone, pods: fresh } }), 'eni', 'pod-veths')).toEqual(['ok']);
  });

  it('takes a full pool for a warning until a pod went without', () => {
    const full = { introspection: ok({ totalIps: 2, assignedIps: 2, enis: [] }) };
    expect(statuses(vpcNode({ parts: full }), 'eni', 'address-pool')).toEqual(['warning']);
    const ipamdMetrics = ok(counters({ awscni_no_available_ip_addresses: 3 }));
    expect(statuses(vpcNode({ parts: { ...full, ipamdMetrics } }), 'eni', 'address-pool')).toEqual(['wrong']);
  });

  it('does not take missing allowance counters for zero', () => {
    const virtio = vpcNode({ parts: { ethtool: ok(new Map([['eth0', counters({ rx_packets: 5 })]])) } });
    expect(statuses(virtio, 'eni', 'ena-allowances')).toEqual(['unknown']);
  });
});

describe('routes', () => {
  it('misses what a pod in use needs', () => {
    const node = vpcNode({ lessRoutes: ['10.0.1.11 '], parts: inUse });
    expect(reasonOf(node, 'routes', 'pod-routes')).toBe(
      'shop/db-0 at 10.0.1.11: there is no route to 10.0.1.11 in table main',
    );
    expect(statuses(vpcNode({ lessRoutes: ['10.0.1.11 '] }), 'routes', 'pod-routes')).toEqual(['ok']);
  });

  it('finds two veths for one address', () => {
    const node = vpcNode({ moreRoutes: [`10.0.1.11 dev ${VETH_A} scope link metric 5`], parts: inUse });
    expect(statuses(node, 'routes', 'pod-routes')).toEqual(['wrong']);
  });

  it.each<[string, string[], string[]]>([
    ['one by the subnet’s gateway', ['default via 10.0.9.1 dev eth1 table 2'], ['ok']],
    ['none', ['10.0.9.1 dev eth1 table 2 scope link'], ['wrong']],
    [
      'two',
      ['default via 10.0.9.1 dev eth1 table 2', 'default via 10.0.9.1 dev eth1 table 2 metric 9'],
      ['wrong'],
    ],
    ['one by another address', ['default via 10.0.9.3 dev eth1 table 2'], ['warning']],
  ])('asks the table of a secondary ENI for a default route: %s', (_name, lines, expected) => {
    const node = vpcNode({
      moreRoutes: lines,
      parts: {
        rules: rules(
          '0: from all lookup local',
          '1536: from 10.0.1.10 lookup 2',
          '32766: from all lookup main',
        ),
        interfaces: interfaces(
          iface('eth0'),
          iface('eth1', 9001, { addresses: [{ address: '10.0.9.7', prefixLength: 24, family: 4 }] }),
        ),
      },
    });
    expect(statuses(node, 'routes', 'eni-tables')).toEqual(expected);
  });

  it('weighs routes that refuse by what ends there', () => {
    const hole = (line: string) => vpcNode({ moreRoutes: [line] });
    const swallowed = vpcNode({ lessRoutes: ['10.0.1.11 '], moreRoutes: ['blackhole 10.0.1.11'] });
    expect(statuses(swallowed, 'routes', 'refusing-routes')).toEqual(['wrong']);
    expect(statuses(hole('blackhole 10.0.77.0/24'), 'routes', 'refusing-routes')).toEqual(['warning']);
    expect(statuses(hole('blackhole 10.0.1.0/24 table 77'), 'routes', 'refusing-routes')).toEqual([
      'warning',
    ]);
    expect(statuses(hole('blackhole 10.0.77.0/26 proto bird'), 'routes', 'refusing-routes')).toEqual(['ok']);
  });

  it('sees the subnet of a secondary ENI in main', () => {
    const node = vpcNode({ moreRoutes: ['10.0.9.0/24 dev eth1 proto kernel scope link src 10.0.9.7'] });
    expect(statuses(node, 'routes', 'secondary-eni-in-main')).toEqual(['warning']);
    expect(statuses(A, 'routes', 'secondary-eni-in-main')).toEqual([]);
  });

  it('wants forwarding on and reverse path filtering loose', () => {
    const strict = vpcNode({
      parts: {
        sysctl: sysctl({
          'net.ipv4.ip_forward': '0',
          'net.ipv4.conf.all.rp_filter': '0',
          'net.ipv4.conf.eth0.rp_filter': '1',
        }),
      },
    });
    expect(statuses(strict, 'routes', 'forwarding')).toEqual(['wrong']);
    expect(statuses(strict, 'routes', 'rp-filter')).toEqual(['warning']);
  });
});

describe('policy rules', () => {
  const withRules = (...lines: string[]) => vpcNode({ parts: { rules: rules(...lines), ...inUse } });
  const BASE = [
    '0: from all lookup local',
    '512: from all to 10.0.1.10 lookup main',
    '512: from all to 10.0.1.11 lookup main',
    '1024: from all fwmark 0x80/0x80 lookup main',
    '32766: from all lookup main',
  ];

  it('wants local and main', () => {
    expect(statuses(withRules(...BASE.slice(1)), 'rules', 'base-rules')).toEqual(['wrong']);
    expect(statuses(withRules('20: from all lookup local', ...BASE.slice(1)), 'rules', 'base-rules')).toEqual(
      ['ok'],
    );
    expect(
      statuses(withRules('100: from all lookup local', ...BASE.slice(1)), 'rules', 'base-rules'),
    ).toEqual(['warning']);
  });

  it('wants a rule for each pod, and one more for pods of secondary ENIs', () => {
    expect(statuses(withRules(...BASE.filter((l) => !l.includes('.11'))), 'rules', 'pod-rules')).toEqual([
      'warning',
    ]);
    const pods = [{ ...A.pods[0]!, deviceNumber: 1, table: '2' }, A.pods[1]!];
    const secondary = vpcNode({ parts: { rules: rules(...BASE), pods, ...inUse } });
    expect(reasonOf(secondary, 'rules', 'pod-rules')).toContain('whose packets leave by the wrong ENI');
  });

  it('wants the mark’s rule unless neither node ports nor SNAT need it', () => {
    const without = BASE.filter((l) => !l.startsWith('1024'));
    expect(statuses(withRules(...without), 'rules', 'mark-rule')).toEqual(['warning']);
    const off = env({ AWS_VPC_CNI_NODE_PORT_SUPPORT: 'false', AWS_VPC_K8S_CNI_EXTERNALSNAT: 'true' });
    expect(
      statuses(vpcNode({ parts: { rules: rules(...without), cniContainers: off } }), 'rules', 'mark-rule'),
    ).toEqual([]);
  });

  it('tells foreign rules from NetworkManager’s', () => {
    expect(statuses(withRules(...BASE, '100: from 10.9.0.0/16 lookup 50'), 'rules', 'foreign-rules')).toEqual(
      ['warning'],
    );
    expect(
      statuses(withRules(...BASE, '30400: from 10.0.1.7 lookup 30400'), 'rules', 'foreign-rules'),
    ).toEqual(['wrong']);
    expect(statuses(withRules(...BASE), 'rules', 'foreign-rules')).toEqual(['ok']);
  });
});

describe('the packet filter', () => {
  it('tries what the FORWARD chain does, whatever its policy', () => {
    expect(statuses(vpcNode({ forward: 'DROP' }), 'iptables', 'forward-chain')).toEqual(['wrong']);
    const accepted = A.iptables.value.tables.get('filter')!.chains.get('FORWARD')!.loc.file;
    const save =
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -i eni+ -j ACCEPT\n-A FORWARD -o eni+ -j ACCEPT\nCOMMIT\n';
    expect(accepted).toBe('networking/iptables-save.txt');
    expect(statuses(vpcNode({ parts: { iptables: iptables(save) } }), 'iptables', 'forward-chain')).toEqual([
      'ok',
    ]);
  });

  it('names a rule that stops pods', () => {
    const save =
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -d 10.0.1.11/32 -p tcp -m tcp --dport 5432 -j DROP\nCOMMIT\n';
    const [only] = checksOf(vpcNode({ parts: { iptables: iptables(save) } }), 'iptables').filter(
      (c) => c.id === 'forward-rules',
    );
    expect(only).toMatchObject({
      status: 'warning',
      evidence: [{ file: 'networking/iptables-save.txt', line: 5 }],
    });
  });

  it.each<[string, string | null, string, string[]]>([
    ['is there', 'false', '', ['ok']],
    ['is meant to be off', 'true', 'no-chain', ['ok']],
    ['is off and still there', 'true', '', ['warning']],
    ['is gone', 'false', 'no-chain', ['warning']],
    ['is gone, and nobody says whether it should', null, 'no-chain', ['unknown']],
    ['gives another address', 'false', 'other-address', ['wrong']],
  ])('SNAT %s', (_name, external, change, expected) => {
    const text = `*nat\n:POSTROUTING ACCEPT [0:0]\n:AWS-SNAT-CHAIN-0 - [0:0]\n${change === 'no-chain' ? '' : '-A POSTROUTING -j AWS-SNAT-CHAIN-0\n'}-A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -j RETURN\n-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source ${change === 'other-address' ? '10.0.1.99' : '10.0.1.5'}\nCOMMIT\n`;
    const parts = {
      iptables: iptables(text),
      ...(external === null ? {} : { cniContainers: env({ AWS_VPC_K8S_CNI_EXTERNALSNAT: external }) }),
    };
    expect(statuses(vpcNode({ parts }), 'iptables', 'snat')).toEqual(expected);
  });

  it('names services without endpoints', () => {
    const service: Service = {
      name: 'shop/web:http',
      clusterIp: '172.20.0.1',
      port: 80,
      protocol: 'tcp',
      endpoints: [],
      rejected: at('networking/iptables-save.txt', 9),
      loc: at('f'),
    };
    expect(reasonOf(vpcNode({ parts: { services: [service] } }), 'iptables', 'services')).toBe(
      'shop/web:http (172.20.0.1:80) has no endpoints: its traffic is rejected',
    );
  });
});

describe('the CNI', () => {
  it.each<[string, Record<string, string>, string]>([
    ['both families', { ENABLE_IPv4: 'true', ENABLE_IPv6: 'true' }, 'wrong'],
    ['no family', { ENABLE_IPv4: 'false' }, 'wrong'],
    ['a minimum without a warm target', { MINIMUM_IP_TARGET: '10' }, 'warning'],
    ['both', { MINIMUM_IP_TARGET: '10', WARM_IP_TARGET: '2' }, 'ok'],
    ['nothing special', { WARM_ENI_TARGET: '1' }, 'ok'],
  ])('settings: %s', (_name, values, expected) => {
    expect(statuses(vpcNode({ parts: { cniContainers: env(values) } }), 'cni', 'cni-settings')).toEqual([
      expected,
    ]);
  });

  it.each<[string, [string, string[]][], string]>([
    [
      'the VPC CNI’s comes first',
      [
        ['10-aws.conflist', ['aws-cni']],
        ['20-other.conflist', ['bridge']],
      ],
      'ok',
    ],
    [
      'another one comes first',
      [
        ['05-cilium.conflist', ['cilium-cni']],
        ['10-aws.conflist', ['aws-cni']],
      ],
      'warning',
    ],
    [
      'Cilium put it aside',
      [
        ['10-aws.conflist.cilium_bak', ['aws-cni']],
        ['05-cilium.conflist', ['cilium-cni']],
      ],
      'warning',
    ],
    ['none counts', [['README', []]], 'wrong'],
  ])('configuration files: %s', (_name, files, expected) => {
    const cniConfigs = files.map(([name, types]) => ({ name, types, mtu: null, loc: at(`cni/${name}`) }));
    expect(statuses(vpcNode({ parts: { cniConfigs } }), 'cni', 'conflist')).toEqual([expected]);
  });

  it('knows the faulty version, and a lost API server', () => {
    expect(
      statuses(vpcNode({ parts: { identity: { cniVersion: 'v1.20.4-eksbuild.1' } } }), 'cni', 'cni-version'),
    ).toEqual(['wrong']);
    const apiServer = ok({
      url: 'https://x',
      attempts: 5,
      reached: 0,
      errors: [{ text: 'Connection timed out', loc: at('networking/curl_api_server.txt', 3) }],
      clockSkewSeconds: null,
    });
    expect(reasonOf(vpcNode({ parts: { apiServer } }), 'cni', 'api-server')).toBe(
      'none of 5 requests to the API server was answered: Connection timed out',
    );
  });
});

describe('DNS, connections, policies', () => {
  it('wants a nameserver, and endpoints of the cluster’s DNS', () => {
    expect(statuses(vpcNode({ parts: { nameservers: ok([]) } }), 'dns', 'nameservers')).toEqual(['wrong']);
    const dns: Service = {
      name: 'kube-system/kube-dns:dns',
      clusterIp: '172.20.0.10',
      port: 53,
      protocol: 'udp',
      endpoints: [],
      rejected: null,
      loc: at('f'),
    };
    expect(statuses(vpcNode({ parts: { services: [dns] } }), 'dns', 'cluster-dns')).toEqual(['wrong']);
    expect(
      statuses(
        vpcNode({ parts: { services: [{ ...dns, name: 'shop/kube-dns-like:dns' }] } }),
        'dns',
        'cluster-dns',
      ),
    ).toEqual(['unknown']);
  });

  it.each<[string, string]>([
    ['10', 'ok'],
    ['76', 'warning'],
    ['99', 'wrong'],
  ])('%s %% of the connection table is %s', (entries, expected) => {
    const node = vpcNode({
      parts: {
        sysctl: sysctl({
          'net.netfilter.nf_conntrack_count': entries,
          'net.netfilter.nf_conntrack_max': '100',
        }),
      },
    });
    expect(statuses(node, 'conntrack', 'conntrack-usage')).toEqual([expected]);
  });

  it('tells drops of the connection table from clashes', () => {
    const stats = (values: Record<string, number>) =>
      vpcNode({ parts: { conntrack: ok({ stats: counters(values), count: 0, entries: [] }) } });
    expect(
      statuses(stats({ drop: 0, early_drop: 0, insert_failed: 90 }), 'conntrack', 'conntrack-drops'),
    ).toEqual(['ok']);
    expect(statuses(stats({ drop: 3, early_drop: 0 }), 'conntrack', 'conntrack-drops')).toEqual(['warning']);
    expect(statuses(stats({ found: 1 }), 'conntrack', 'conntrack-drops')).toEqual(['unknown']);
  });

  it('names default deny, a missing direction and the port limit', () => {
    const half = vpcNode({ parts: policies('web-7d4b9c6f5d-shop', { ingress: [] }) });
    expect(statuses(half, 'ebpf', 'ebpf-default-deny')).toEqual(['warning']);
    expect(statuses(half, 'ebpf', 'ebpf-directions')).toEqual(['warning']);
    const state = vpcNode({
      parts: policies('web-7d4b9c6f5d-shop', { ingress: [], egress: [] }, ['ingress_pod_state_map']),
    });
    expect(statuses(state, 'ebpf', 'ebpf-default-deny')).toEqual(['unknown', 'unknown']);
    const ports = Array.from({ length: 24 }, (_, i) => ({
      key: '10.0.2.0/24',
      protocol: 'TCP',
      startPort: 8000 + i,
    }));
    expect(
      statuses(vpcNode({ parts: policies('x', { ingress: ports }) }), 'ebpf', 'ebpf-port-limit'),
    ).toEqual(['warning']);
    expect(
      statuses(vpcNode({ parts: policies('x', { ingress: ports.slice(1) }) }), 'ebpf', 'ebpf-port-limit'),
    ).toEqual([]);
  });
});

describe('rules that only look alike', () => {
  it('leaves an unreferenced DROP, a branch pod and IPv6 refusals alone', () => {
    const save =
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:OLD - [0:0]\n-A OLD -j DROP\nCOMMIT\n';
    expect(statuses(vpcNode({ parts: { iptables: iptables(save) } }), 'iptables', 'forward-rules')).toEqual([
      'ok',
    ]);
    const branch = vpcNode({
      parts: { pods: [pod('10.0.64.7', { name: 'sg-0', veth: VETH_B, branchEni: true })], ...inUse },
    });
    expect(statuses(branch, 'rules', 'pod-rules')).toEqual(['ok']);
    const v6 = vpcNode({
      parts: { routes6: routes('unreachable default dev lo metric 4294967295 error -101 pref medium ::') },
    });
    expect(statuses(v6, 'routes', 'refusing-routes')).toEqual(['ok']);
  });
});
