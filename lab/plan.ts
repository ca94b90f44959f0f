/** Invents the names and addresses of one case from a seed. Pure: nothing is created here. */
import { createHash } from 'node:crypto';
import { Random } from './random.js';
import type { NodePlan, Plan, PlanOptions, PodKey, PodPlan, ServicePlan } from './types.js';

/** Host side name of a pod's veth as the VPC CNI derives it: first 11 hex digits of sha1("namespace.pod"). */
export function hostVeth(namespace: string, pod: string, prefix = 'eni'): string {
  return prefix + createHash('sha1').update(`${namespace}.${pod}`).digest('hex').slice(0, 11);
}

/** The address a pod talks with: IPv6 where the cluster is IPv6. */
export function addressOf(pod: PodPlan): string {
  return pod.ip6 ?? pod.ip;
}

export function nodeOf(plan: Plan, pod: PodPlan): NodePlan {
  return plan.nodes[pod.node];
}

export function podsOn(plan: Plan, node: NodePlan): PodPlan[] {
  return Object.values(plan.pods).filter((pod) => pod.node === node.role);
}

/** Pods whose addresses come from the node's own interfaces, which ipamd hands out; a branch interface is not its. */
export function ipamdPods(plan: Plan, node: NodePlan): PodPlan[] {
  return podsOn(plan, node).filter((pod) => pod.device !== 'branch');
}

/** Letters that Kubernetes uses in generated names. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
const REGIONS = ['us-east-1', 'eu-central-1', 'us-west-2', 'ap-south-1'] as const;

export function makePlan(id: string, seed: number, options: PlanOptions): Plan {
  const random = new Random(seed);
  const region = random.pick(REGIONS);
  const vpc = random.int(16, 120);
  const otherVpc = vpc + 64;
  const thirds = [random.int(1, 60), random.int(64, 120)] as const;
  const v6 = `2600:1f14:${random.hex(3)}:ab00`;
  const node = (role: 'src' | 'dst'): NodePlan => {
    const index = role === 'src' ? 0 : 1;
    const net = `10.${role === 'dst' && options.otherVpc ? otherVpc : vpc}.${thirds[index]}`;
    const ip = `${net}.${random.int(10, 30)}`;
    const net6 = `2600:1f14:${v6.split(':')[2]!}:ab0${index + 1}`;
    return {
      role,
      netns: `${id}-${role}`,
      hostName: `ip-${ip.replaceAll('.', '-')}.${region}.compute.internal`,
      instanceId: `i-0${random.hex(16)}`,
      zone: region + 'ab'[index]!,
      ip,
      ip6: options.ipv6 ? `${net6}::${random.int(10, 99)}` : null,
      mac: random.mac('0a'),
      eni: `eni-0${random.hex(16)}`,
      subnet: `${net}.0/24`,
      subnetId: `subnet-0${random.hex(16)}`,
      gateway: `${net}.1`,
      gateway6: options.ipv6 ? `${net6}::1` : null,
      prefix6: options.ipv6 ? `${net6}:${random.hex(3)}a` : null,
      second:
        (options.secondEni || options.idleSecondEni) && role === 'src'
          ? secondEni(random, `10.${vpc}.${thirds[0] + 121}`)
          : null,
      branch:
        options.branchEni && role === 'src'
          ? { ...secondEni(random, `10.${vpc}.${thirds[0] + 121}`), vlan: random.int(1, 9) }
          : null,
    };
  };
  const nodes = { src: node('src'), dst: node('dst') };
  const namespace = random.pick(['shop', 'payments', 'default']);
  const pods = makePods(random, id, nodes, namespace, options);
  return {
    id,
    options,
    region,
    cluster: random.pick(['prod-blue', 'staging', 'orders-eu']),
    vpcCidr: `10.${vpc}.0.0/16`,
    router: `${id}-vpc`,
    cable: options.cable ? `${id}-line` : null,
    nodes,
    pods,
    services: makeServices(random, pods, namespace, vpc, options),
    apiServer: `10.${vpc}.100.33`,
    overlay: options.overlay ? { src: '192.168.71.0/26', dst: '192.168.203.64/26' } : null,
  };
}

function secondEni(random: Random, net: string): NonNullable<NodePlan['second']> {
  return {
    ip: `${net}.${random.int(10, 30)}`,
    mac: random.mac('0a'),
    eni: `eni-0${random.hex(16)}`,
    subnet: `${net}.0/24`,
    subnetId: `subnet-0${random.hex(16)}`,
    gateway: `${net}.1`,
  };
}

function makePods(
  random: Random,
  id: string,
  nodes: Plan['nodes'],
  namespace: string,
  options: PlanOptions,
): Record<PodKey, PodPlan> {
  const far = options.sameNode ? 'src' : 'dst';
  const last = new Map<string, number>();
  const pod = (key: PodKey, app: string, ns: string, where: 'src' | 'dst'): PodPlan => {
    const home = nodes[where];
    const device = key !== 'A' ? 0 : home.branch ? 'branch' : options.secondEni && home.second ? 1 : 0;
    const subnet =
      device === 'branch' ? home.branch!.subnet : device === 1 ? home.second!.subnet : home.subnet;
    const name = `${app}-${random.chars(SAFE, 10)}-${random.chars(SAFE, 5)}`;
    const host = (last.get(subnet) ?? random.int(40, 60)) + random.int(7, 37);
    last.set(subnet, host);
    const veth = hostVeth(ns, name, options.overlay ? 'cali' : device === 'branch' ? 'vlan' : 'eni');
    return {
      key,
      netns: `${id}-${key.toLowerCase()}`,
      node: where,
      name,
      namespace: ns,
      uid: random.uuid(),
      sandboxId: random.hex(64),
      containerId: random.hex(64),
      ip: options.overlay ? overlayIp(where, key) : subnet.replace(/0\/24$/, String(host)),
      ip6: home.prefix6
        ? `${home.prefix6}::${random.int(2, 9)}${random.hex(1)}${'abcde'['ABCDE'.indexOf(key)]!}`
        : null,
      hostVeth: veth,
      hostMac: random.mac('ee'),
      mac: random.mac('b6'),
      device,
    };
  };
  return {
    A: pod('A', 'frontend', namespace, 'src'),
    B: pod('B', 'orders-api', namespace, far),
    C: pod('C', 'cart', namespace, 'src'),
    D: pod('D', 'catalog', namespace, far),
    E: pod('E', 'coredns', 'kube-system', far),
  };
}

function overlayIp(where: 'src' | 'dst', key: PodKey): string {
  const host = 3 + 5 * 'ABCDE'.indexOf(key);
  return where === 'src' ? `192.168.71.${host}` : `192.168.203.${64 + host}`;
}

function makeServices(
  random: Random,
  pods: Record<PodKey, PodPlan>,
  namespace: string,
  vpc: number,
  options: PlanOptions,
): ServicePlan[] {
  const base = options.ipv6 ? 'fd30:2a1c:77e0::' : '172.20.';
  const ip = (v4: string, v6: string): string => base + (options.ipv6 ? v6 : v4);
  const at = (pod: PodPlan, port: number): string => endpoint(addressOf(pod), port);
  const orders = ip(`${random.int(20, 220)}.${random.int(2, 250)}`, random.hex(4));
  const api = options.ipv6 ? `[2600:1f14:77:ab0f::33]:443` : `10.${vpc}.100.33:443`;
  const dns = ip('0.10', 'a');
  return [
    {
      name: 'default/kubernetes:https',
      protocol: 'tcp',
      clusterIp: ip('0.1', '1'),
      port: 443,
      endpoint: api,
    },
    { name: 'kube-system/kube-dns:dns', protocol: 'udp', clusterIp: dns, port: 53, endpoint: at(pods.E, 53) },
    {
      name: 'kube-system/kube-dns:dns-tcp',
      protocol: 'tcp',
      clusterIp: dns,
      port: 53,
      endpoint: at(pods.E, 53),
    },
    {
      name: `${namespace}/orders-api:http`,
      protocol: 'tcp',
      clusterIp: orders,
      port: 80,
      endpoint: at(pods.B, 8080),
    },
  ];
}

/** `10.0.1.9:80` or `[2600::9]:80`. */
export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
