import { isKnown } from '../model/location.js';
import type { Eni, NodeIdentity, Pod, PodAllocation, PodWiring } from '../model/node.js';
import { standingWirings, type CniFacts } from './cni.js';
import type { NetworkFacts } from './network.js';
import { podPlumbing, type PodPlumbing } from './pod-evidence.js';
import { hostVethName } from './veth-name.js';

/** Branch ENIs (security groups for pods) use table 100 + VLAN id; further network cards begin at 10000. */
const isBranchTable = (table: string | null): boolean =>
  /^\d+$/.test(table ?? '') && Number(table) > 100 && Number(table) <= 4196;

interface Sources {
  allocation: PodAllocation | null;
  assigned: { readonly eni: Eni; readonly namespace: string | null; readonly pod: string | null } | null;
  wiring: PodWiring | null;
  plumbing: PodPlumbing | null;
}

/**
 * The pods of the node that have an address of their own: whatever the checkpoint, ipamd's introspection, the plugin's
 * log, the rules and the routes know of, joined by address. Pods on the host network have none and are not here.
 * `eniMacs` names the ENIs where introspection was not collected.
 */
export function joinPods(
  network: NetworkFacts,
  cni: CniFacts,
  eniMacs: NonNullable<NodeIdentity['eniMacs']> = new Map(),
): readonly Pod[] {
  const sources = new Map<string, Sources>();
  const of = (ip: string): Sources => {
    const known = sources.get(ip) ?? { allocation: null, assigned: null, wiring: null, plumbing: null };
    sources.set(ip, known);
    return known;
  };
  for (const allocation of cni.checkpoint.value) of(allocation.ip).allocation = allocation;
  for (const eni of cni.introspection.value.enis) {
    for (const { assigned, address, namespace, pod } of eni.addresses) {
      if (assigned) of(address).assigned ??= { eni, namespace, pod };
    }
  }
  const wirings = standingWirings(cni.wiring.value);
  const prefix = vethPrefix(cni);
  const wired = new Set(wirings.map((wiring) => wiring.hostVeth));
  const isVeth = (device: string): boolean =>
    wired.has(device) ||
    (device.startsWith(prefix) && /^[0-9a-f]{11}$/.test(device.slice(prefix.length))) ||
    /^(?:eni[0-9a-f]{11}|vlan[0-9a-f]{11}|cali[0-9a-f]{11}|lxc\w+)$/.test(device);
  for (const [ip, plumbing] of podPlumbing(network, isVeth)) of(ip).plumbing = plumbing;
  for (const wiring of wirings) {
    const known = wiring.ip === null ? undefined : sources.get(wiring.ip);
    if (
      known !== undefined ? samePod(wiring, known) : wiring.ip !== null && stillThere(wiring, network, cni)
    ) {
      of(wiring.ip!).wiring = wiring;
    }
  }
  const interfaces = new Set(network.interfaces.value.map((it) => it.name));
  const logged = enisByDevice(eniMacs);
  return [...sources].map(([ip, known]) => {
    const joined = pod(ip, known, network, cni, prefix, interfaces);
    if (joined.eniId !== null || joined.deviceNumber === null) return joined;
    return { ...joined, eniId: logged.get(joined.deviceNumber) ?? null };
  });
}

/** ENIs by device number; a number that several network cards use names none. */
function enisByDevice(eniMacs: NonNullable<NodeIdentity['eniMacs']>): ReadonlyMap<number, string | null> {
  const enis = new Map<number, string | null>();
  for (const { id, device } of eniMacs.values()) enis.set(device, enis.has(device) ? null : id);
  return enis;
}

/** An address passes from pod to pod: a wiring counts only for the pod that holds the address now. */
function samePod(wiring: PodWiring, known: Sources): boolean {
  const { allocation, assigned } = known;
  if (
    allocation?.containerId !== null &&
    allocation?.containerId !== undefined &&
    wiring.containerId !== null
  ) {
    return allocation.containerId === wiring.containerId;
  }
  const name = allocation?.pod ?? assigned?.pod ?? null;
  return name === null || wiring.pod === null || name === wiring.pod;
}

/**
 * A wiring nothing else knows of: a branch ENI pod, or one that is gone without a DEL (the node was restarted). It
 * stands when its veth does, or when nothing was collected that could tell.
 */
function stillThere(wiring: PodWiring, network: NetworkFacts, cni: CniFacts): boolean {
  if (isKnown(network.interfaces)) return network.interfaces.value.some((it) => it.name === wiring.hostVeth);
  return (
    !isKnown(network.rules) &&
    !isKnown(network.routes) &&
    !isKnown(cni.checkpoint) &&
    !isKnown(cni.introspection)
  );
}

function vethPrefix(cni: CniFacts): string {
  const env = cni.cniContainers.value
    .map((c) => c.env.get('AWS_VPC_K8S_CNI_VETHPREFIX')?.value)
    .find((v) => v);
  const config = cni.cniConfigs.map((c) => c.vethPrefix).find((v) => v !== null && v !== undefined);
  const value = config ?? env ?? cni.settings.value.get('AWS_VPC_K8S_CNI_VETHPREFIX')?.value ?? 'eni';
  // The CNI refuses longer ones, and those that clash with the node's own devices.
  return /^[a-z][\w-]{0,3}$/.test(value) && !/^(?:eth|lo|vlan|ens|enp)/.test(value) ? value : 'eni';
}

function pod(
  ip: string,
  { allocation, assigned, wiring, plumbing }: Sources,
  network: NetworkFacts,
  cni: CniFacts,
  prefix: string,
  interfaces: ReadonlySet<string>,
): Pod {
  const namespace = allocation?.namespace ?? assigned?.namespace ?? wiring?.namespace ?? null;
  const name = allocation?.pod ?? assigned?.pod ?? wiring?.pod ?? null;
  const route = plumbing?.route ?? null;
  const hashed = namespace === null || name === null ? null : vethByHash(prefix, namespace, name, interfaces);
  const veth = wiring?.hostVeth ?? route?.dev ?? hashed;
  const vethFrom =
    wiring !== null ? 'plugin-log' : route !== null ? 'route' : hashed !== null ? 'hash' : null;
  const table = tableOf(plumbing, network);
  const branchEni =
    isBranchTable(table) || isBranchTable(route?.table ?? null) || /^vlan[0-9a-f]{11}$/.test(veth ?? '');
  const eni = assigned?.eni ?? (branchEni ? undefined : eniOf(ip, table, cni));
  const loc = allocation?.loc ?? assigned?.eni.loc ?? wiring?.loc ?? plumbing?.toRule ?? route!.loc;
  return {
    ip,
    namespace,
    name,
    veth,
    vethFrom,
    eniId: eni?.id ?? null,
    deviceNumber: eni?.deviceNumber ?? (branchEni ? null : deviceOf(table, plumbing)),
    table,
    branchEni,
    allocatedAt: allocation?.allocatedAt ?? wiring?.time ?? null,
    loc,
  };
}

/** The hash is a hint: it counts only when an interface of that name exists. */
function vethByHash(
  prefix: string,
  namespace: string,
  name: string,
  interfaces: ReadonlySet<string>,
): string | null {
  return (
    [prefix, 'vlan'].map((p) => hostVethName(p, namespace, name)).find((it) => interfaces.has(it)) ?? null
  );
}

/** The table its packets leave by; `main` only when rules were collected and none sends them elsewhere. */
function tableOf(plumbing: PodPlumbing | null, network: NetworkFacts): string | null {
  if (plumbing?.fromTable !== null && plumbing?.fromTable !== undefined) return plumbing.fromTable;
  if (plumbing?.route !== null && plumbing?.route !== undefined && plumbing.route.table !== 'main')
    return plumbing.route.table;
  return isKnown(network.rules) || isKnown(network.rules6) ? 'main' : null;
}

/** ENI that holds the address in one of its CIDRs, else the one whose table the pod uses. */
function eniOf(ip: string, table: string | null, cni: CniFacts): Eni | undefined {
  const { enis } = cni.introspection.value;
  const holds = enis.find(
    (eni) => eni.addresses.some((a) => a.address === ip) || eni.cidrs.includes(`${ip}/32`),
  );
  if (holds !== undefined || table === null || table === 'main') return holds;
  return enis.find(
    (eni) => (eni.routeTableId === null ? eni.deviceNumber + 1 : eni.routeTableId) === Number(table),
  );
}

/** Device number from the table alone: device + 1 on the first card; the primary ENI's pods leave by main. */
function deviceOf(table: string | null, plumbing: PodPlumbing | null): number | null {
  if (table === 'main') return plumbing?.toRule === null || plumbing === null ? null : 0;
  const number = /^\d{1,2}$/.test(table ?? '') ? Number(table) : 0;
  return number >= 2 ? number - 1 : null;
}
