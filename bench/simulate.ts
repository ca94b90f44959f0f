/** Parse time and time per packet on a node of 5,000 services (about 40,000 rules). Run: `npx tsx bench/simulate.ts`. */
import { parseIpRoutes } from '../src/artifacts/ip-route.js';
import { parseIpRules } from '../src/artifacts/ip-rule.js';
import { parseIptablesSave } from '../src/artifacts/iptables-save.js';
import type { NodeFacts } from '../src/model/node.js';
import { simulate } from '../src/simulate/index.js';

const SERVICES = 5000;

function ip(base: string, n: number): string {
  return `${base}.${Math.floor(n / 250)}.${(n % 250) + 1}`;
}

function rules(): string {
  const nat: string[] = [];
  const chains: string[] = ['PREROUTING ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT', 'KUBE-MARK-MASQ -'];
  chains.push('KUBE-SERVICES -', 'KUBE-POSTROUTING -');
  for (let n = 0; n < SERVICES; n += 1) {
    const clusterIp = ip('172.20', n);
    const comment = `-m comment --comment "shop/service-${n}:http cluster IP"`;
    chains.push(`KUBE-SVC-${n} -`, `KUBE-SEP-${n}-A -`, `KUBE-SEP-${n}-B -`);
    nat.push(`-A KUBE-SERVICES -d ${clusterIp}/32 -p tcp ${comment} -m tcp --dport 80 -j KUBE-SVC-${n}`);
    nat.push(
      `-A KUBE-SVC-${n} ! -s 10.0.0.0/8 -d ${clusterIp}/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ`,
    );
    nat.push(`-A KUBE-SVC-${n} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${n}-A`);
    nat.push(`-A KUBE-SVC-${n} -j KUBE-SEP-${n}-B`);
    for (const [letter, net] of [
      ['A', '10.1'],
      ['B', '10.2'],
    ] as const) {
      nat.push(`-A KUBE-SEP-${n}-${letter} -s ${ip(net, n)}/32 -j KUBE-MARK-MASQ`);
      nat.push(`-A KUBE-SEP-${n}-${letter} -p tcp -m tcp -j DNAT --to-destination ${ip(net, n)}:8080`);
    }
  }
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A FORWARD -i eni+ -j ACCEPT',
    'COMMIT',
    '*nat',
    ...chains.map((chain) => `:${chain} [0:0]`),
    '-A PREROUTING -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    ...nat,
    'COMMIT',
    '',
  ].join('\n');
}

function time<T>(name: string, rounds: number, run: () => T): T {
  const start = performance.now();
  let result = run();
  for (let round = 1; round < rounds; round += 1) result = run();
  console.log(`${name}: ${((performance.now() - start) / rounds).toFixed(2)} ms`);
  return result;
}

const text = rules();
console.log(`${text.split('\n').filter((line) => line.startsWith('-A')).length} rules, ${text.length} bytes`);
const iptables = time('parse', 3, () => parseIptablesSave(text, 'iptables-save.txt', 4));
const ok = <T>(file: string, value: T): { state: 'ok'; file: string; value: T } => ({
  state: 'ok',
  file,
  value,
});
const loc = { file: 'sysctl_all.txt', line: 1 };
const facts = {
  iptables: ok('iptables-save.txt', iptables),
  rules: ok(
    'iprule.txt',
    parseIpRules('0:\tfrom all lookup local\n32766:\tfrom all lookup main\n', 'iprule.txt', 4),
  ),
  routes: ok(
    'iproute.txt',
    parseIpRoutes('default via 10.0.0.1 dev eth0\n10.1.0.1 dev eni1 scope link\n', 'iproute.txt', 4),
  ),
  interfaces: ok('ifconfig.txt', []),
  sysctl: ok(
    'sysctl_all.txt',
    new Map([
      ['net.ipv4.ip_forward', { value: '1', loc }],
      ['net.ipv4.conf.all.rp_filter', { value: '0', loc }],
      ['net.ipv4.conf.eni1.rp_filter', { value: '0', loc }],
    ]),
  ),
  identity: { primaryIp: null, vpcCidrs: [] },
  pods: [],
  kubeProxyMode: 'iptables',
} as unknown as NodeFacts;

function packet(dst: string): ReturnType<typeof simulate> {
  return simulate(facts, {
    family: 4,
    src: '10.1.0.1',
    dst,
    protocol: 'tcp',
    sport: 40000,
    dport: 80,
    iif: 'eni1',
    ctstate: 'NEW',
  });
}

time('first packet (compiles the chains it meets)', 1, () => packet(ip('172.20', SERVICES - 1)));
const last = time('packet to the last service', 200, () => packet(ip('172.20', SERVICES - 1)));
time('packet to no service', 200, () => packet('10.9.9.9'));
console.log(`${last.verdict} by ${last.outInterface}, ${last.branches?.length ?? 1} outcomes`);
