import { isIP } from 'node:net';
import type { PodWiring } from '../model/node.js';
import { cniLogLine } from './log-line.js';
import type { Parsed } from './parsed.js';

/** Wirings kept, the newest; a node wires a few thousand pods between two rotations. */
export const MAX_WIRINGS = 50_000;
/** CNI calls that began and did not come to an end yet; more than these are never in flight. */
const MAX_PENDING = 10_000;

/** One file of the log, oldest first. */
export interface PluginLogFile {
  readonly file: string;
  readonly lines: Iterable<string>;
}

export interface PluginLog {
  readonly wirings: readonly PodWiring[];
  /** CIDRs of the VPC that ipamd told the plugin. */
  readonly vpcCidrs: readonly string[];
}

interface Call {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly containerId: string | null;
  ip: string | null;
}

/**
 * plugin.log: which veth was made for which pod. Plugins of several pods run at once and share the log, so the
 * lines of a call are joined by network namespace and container id, never by their order.
 *
 *     Received CNI add request: ContainerID(416a…) Netns(/var/run/netns/cni-f1a7…) IfName(eth0) Args(K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;…) …
 *     Received add network response from ipamd for container 416a… interface eth0: Success:true IPv4Addr:"10.0.1.9" VPCv4CIDRs:"10.0.0.0/16"
 *     SetupPodNetwork: hostVethName=eni18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-f1a7…, ipAddr=10.0.1.9/32, routeTableNumber=254, mtu=9001
 *     SetupPodNetwork: hostVethName=eni…, contVethName=eth0, netnsPath=…, v4Addr=10.0.1.9/32, v6Addr=<nil>, deviceNumber=0, mtu=9001   (1.8-1.19)
 *     SetupNS: hostVethName=eni…, contVethName=eth0, netnsPath=…, deviceNumber=0, mtu=9001                                             (older: address from the response)
 *     SetupBranchENIPodNetwork: hostVethName=vlan…, contVethName=eth0, netnsPath=…, v4Addr=10.0.64.77/32, v6Addr=<nil>, vlanID=1, …
 *     Received CNI del request: ContainerID(416a…) Netns() IfName(eth0) Args(…)
 *
 * A DEL stands for the veth its container's ADD had made; one without a known ADD undoes nothing that is known and
 * is left out.
 */
export function parsePluginLog(files: Iterable<PluginLogFile>): Parsed<PluginLog> {
  const state: State = {
    byNetns: new Map(),
    byContainer: new Map(),
    added: new Map(),
    wirings: [],
    vpcCidrs: new Set(),
  };
  let understood = 0;
  let notUnderstood = 0;
  let dropped = 0;
  for (const { file, lines } of files) {
    let number = 0;
    for (const line of lines) {
      number += 1;
      if (!interesting(line)) {
        // Any JSON line shows that this is the log; only those that matter are decoded.
        if (line.startsWith('{"') || /^\d{4}-\d\d-\d\dT/.test(line)) understood += 1;
        else if (line !== '') notUnderstood += 1;
        continue;
      }
      const record = cniLogLine(line);
      if (record === null) notUnderstood += 1;
      else {
        understood += 1;
        message(state, record.message, record.time, { file, line: number });
      }
      if (state.wirings.length > 2 * MAX_WIRINGS) {
        state.wirings.splice(0, MAX_WIRINGS);
        dropped += MAX_WIRINGS;
      }
    }
  }
  return {
    value: { wirings: state.wirings, vpcCidrs: [...state.vpcCidrs] },
    understood,
    notUnderstood,
    ...(dropped > 0 ? { note: `the oldest ${dropped} wirings were left out` } : {}),
  };
}

interface State {
  readonly byNetns: Map<string, Call>;
  readonly byContainer: Map<string, Call>;
  /** Wirings of a container, one per interface, until its DEL. */
  readonly added: Map<string, PodWiring[]>;
  wirings: PodWiring[];
  readonly vpcCidrs: Set<string>;
}

function interesting(line: string): boolean {
  return (
    line.includes('hostVethName=') ||
    line.includes('CNI add request') ||
    line.includes('CNI del request') ||
    line.includes('add network response')
  );
}

function message(state: State, text: string, time: number | null, loc: PodWiring['loc']): void {
  const request =
    /^Received CNI (add|del) request: ContainerID\(([^)]*)\) Netns\(([^)]*)\).*? Args\(([^)]*)\)/.exec(text);
  if (request !== null) {
    const [, op, container, netns, args] = request as unknown as [string, string, string, string, string];
    if (op === 'del') remove(state, container, time, loc);
    else begin(state, container, netns, args);
  } else if (text.startsWith('Received add network response')) {
    response(state, text);
  } else if (text.includes('hostVethName=') && /^Setup\w*N(?:S|etwork):/.test(text)) {
    setup(state, text, time, loc);
  }
}

function begin(state: State, container: string, netns: string, args: string): void {
  const call: Call = {
    namespace: /(?:^|;)K8S_POD_NAMESPACE=([^;]{1,253})/.exec(args)?.[1] ?? null,
    pod: /(?:^|;)K8S_POD_NAME=([^;]{1,253})/.exec(args)?.[1] ?? null,
    containerId: container === '' ? null : container,
    ip: null,
  };
  if (netns !== '') remember(state.byNetns, netns, call);
  if (container !== '') remember(state.byContainer, container, call);
}

function remember(calls: Map<string, Call>, key: string, call: Call): void {
  calls.delete(key);
  calls.set(key, call);
  if (calls.size > MAX_PENDING) calls.delete(calls.keys().next().value!);
}

function response(state: State, text: string): void {
  for (const match of text.matchAll(/VPCv[46]CIDRs:"([0-9a-fA-F:.]{2,45}\/\d{1,3})"/g))
    state.vpcCidrs.add(match[1]!);
  const list = /vpcCIDR: \[([0-9./ ]{0,2000})\]/.exec(text)?.[1];
  for (const cidr of list?.split(' ') ?? []) if (cidr !== '') state.vpcCidrs.add(cidr);
  // `… for container <id> interface eth0:`, older `… for pod cart-0 namespace shop container|sandbox <id>:`.
  const container = /\b(?:container|sandbox) ([0-9a-zA-Z_-]{1,128})/.exec(text)?.[1];
  const call = container === undefined ? undefined : state.byContainer.get(container);
  const ip = /IPv[46]Addr:"([^"]{2,45})"|: (\d[\d.]{6,14}), table \d/.exec(text);
  if (call !== undefined) call.ip = address(ip?.[1] ?? ip?.[2]);
}

function setup(state: State, text: string, time: number | null, loc: PodWiring['loc']): void {
  const veth = /hostVethName=([^,\s]{1,15})/.exec(text)?.[1];
  const netns = /netnsPath=([^,\s]+)/.exec(text)?.[1];
  if (veth === undefined) return;
  const call = netns === undefined ? undefined : state.byNetns.get(netns);
  const printed =
    /(?:ipAddr|v4Addr)=(?:\{IP:)?([0-9a-fA-F:.]+)/.exec(text)?.[1] ??
    /v6Addr=([0-9a-fA-F:.]+)/.exec(text)?.[1];
  const wiring: PodWiring = {
    namespace: call?.namespace ?? null,
    pod: call?.pod ?? null,
    ip: address(printed) ?? call?.ip ?? null,
    hostVeth: veth,
    containerId: call?.containerId ?? null,
    time,
    op: 'add',
    loc,
  };
  state.wirings.push(wiring);
  if (wiring.containerId !== null) {
    const list = state.added.get(wiring.containerId) ?? [];
    // A retried ADD of the same sandbox makes the same veth again.
    state.added.set(wiring.containerId, [...list.filter((w) => w.hostVeth !== veth), wiring].slice(-16));
    if (state.added.size > MAX_WIRINGS) state.added.delete(state.added.keys().next().value!);
  }
}

function remove(state: State, container: string, time: number | null, loc: PodWiring['loc']): void {
  for (const added of state.added.get(container) ?? [])
    state.wirings.push({ ...added, time, op: 'del', loc });
  state.added.delete(container);
}

function address(text: string | undefined): string | null {
  return text !== undefined && isIP(text) !== 0 ? text : null;
}
