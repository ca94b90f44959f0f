/** The invented network interfaces of a node and their addresses, and ipamd's introspection of them. */
import { addressOf, ipamdPods } from '../plan.js';
import { Random, seedOf } from '../random.js';
import type { NodePlan, Plan, PodPlan } from '../types.js';

/** Addresses that an ENI of the invented instance type offers to pods. */
export const IPS_PER_ENI = 14;

interface Eni {
  readonly id: string;
  readonly device: number;
  readonly subnetId: string;
  readonly pods: readonly PodPlan[];
  readonly addresses: readonly string[];
}

/** The node's ENIs with their addresses: the pods' ones and spare ones up to the type's limit. */
export function enisOf(plan: Plan, node: NodePlan): Eni[] {
  const pods = ipamdPods(plan, node);
  const eni = (id: string, device: number, subnet: string, subnetId: string): Eni => {
    const own = pods.filter((pod) => pod.device === device);
    const random = new Random(seedOf(7, id));
    const taken = new Set(own.map((pod) => pod.ip));
    const spare: string[] = [];
    while (spare.length + own.length < IPS_PER_ENI) {
      const address = subnet.replace(/0\/24$/, String(random.int(32, 250)));
      if (!taken.has(address)) spare.push(address);
      taken.add(address);
    }
    return { id, device, subnetId, pods: own, addresses: [...own.map((pod) => pod.ip), ...spare] };
  };
  const first = eni(node.eni, 0, node.subnet, node.subnetId);
  return node.second ? [first, eni(node.second.eni, 1, node.second.subnet, node.second.subnetId)] : [first];
}

/** `/v1/enis` as CNI 1.20 and later answer: by network card. `assigned` is when the pods got their addresses. */
export function introspection(plan: Plan, node: NodePlan, assigned: Date): object {
  const enis = enisOf(plan, node);
  const v6 = plan.options.ipv6 ?? false;
  const entry = (address: string, pod: PodPlan | undefined): object =>
    pod === undefined
      ? {}
      : {
          [address]: {
            Address: address,
            IPAMKey: { networkName: 'aws-cni', containerID: pod.sandboxId, ifName: 'eth0' },
            IPAMMetadata: { k8sPodNamespace: pod.namespace, k8sPodName: pod.name },
            AssignedTime: assigned.toISOString(),
            UnassignedTime: '0001-01-01T00:00:00Z',
          },
        };
  const v4Cidrs = (eni: Eni): object =>
    Object.fromEntries(
      eni.addresses.map((ip) => [
        `${ip}/32`,
        {
          Cidr: { IP: ip, Mask: '/////w==' },
          IPAddresses: entry(
            ip,
            eni.pods.find((pod) => pod.ip === ip),
          ),
          IsPrefix: false,
          AddressFamily: '',
        },
      ]),
    );
  const v6Cidrs = (eni: Eni): object => ({
    [`${node.prefix6!}::/80`]: {
      Cidr: { IP: `${node.prefix6!}::`, Mask: '/////////////wAAAAAAAA==' },
      IPAddresses: Object.assign({}, ...eni.pods.map((pod) => entry(addressOf(pod), pod))) as object,
      IsPrefix: true,
      AddressFamily: '',
    },
  });
  const card = {
    TotalIPs: v6 ? 281474976710656 : enis.length * IPS_PER_ENI,
    AssignedIPs: ipamdPods(plan, node).length,
    ENIs: Object.fromEntries(
      enis.map((eni) => [
        eni.id,
        {
          ID: eni.id,
          IsPrimary: eni.device === 0,
          IsTrunk: node.branch !== null && eni.device === 0,
          IsEFA: false,
          DeviceNumber: eni.device,
          AvailableIPv4Cidrs: v6 ? {} : v4Cidrs(eni),
          IPv6Cidrs: v6 ? v6Cidrs(eni) : {},
          RouteTableID: eni.device === 0 ? 254 : eni.device + 1,
          SubnetID: eni.subnetId,
          IsExcludedForPodIPs: false,
        },
      ]),
    ),
  };
  return { '0': card };
}
