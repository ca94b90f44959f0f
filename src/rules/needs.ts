import type { NodeFacts } from '../model/node.js';
import { isKnown, type Collected } from '../model/location.js';
import type { LogFileSummary } from '../model/logs.js';
import { LOG_SOURCES } from './sources.js';

export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Whether what a rule needs is there, on one node or (node null) anywhere in the run. */
export type Available = (need: string, node: string | null) => Availability;

type CollectedField = {
  [K in keyof NodeFacts]: NodeFacts[K] extends Collected<unknown> ? K : never;
}[keyof NodeFacts];

/** What a rule may name under `needs` beside logs, and the collected value of a node it stands for. */
const NODE_NEEDS: Readonly<Record<string, CollectedField>> = {
  iptables: 'iptables',
  ip6tables: 'ip6tables',
  routes: 'routes',
  routes6: 'routes6',
  ip_rules: 'rules',
  ip_rules6: 'rules6',
  interfaces: 'interfaces',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  sysctl: 'sysctl',
  introspection: 'introspection',
  checkpoint: 'checkpoint',
  ipamd_metrics: 'ipamdMetrics',
  cni_containers: 'cniContainers',
  wiring: 'wiring',
  ebpf_programs: 'ebpfPrograms',
  ebpf_maps: 'ebpfMaps',
  api_server: 'apiServer',
  nameservers: 'nameservers',
  images: 'images',
  processes: 'processes',
};

/** Every word that may stand under `needs`. */
export const KNOWN_NEEDS: readonly string[] = [
  ...Object.keys(NODE_NEEDS),
  'trace',
  'captures',
  'bundle',
  ...LOG_SOURCES.map((source) => `log:${source}`),
];

export interface AvailabilityInput {
  readonly nodes: readonly NodeFacts[];
  readonly logFiles: readonly LogFileSummary[];
  readonly captures: number;
  readonly traced: boolean;
}

/** Answers from what was collected. An empty file is not available: nothing can be concluded from it. */
export function availability(input: AvailabilityInput): Available {
  const logs = new Set(
    input.logFiles.filter((file) => file.lines > 0).map((file) => `${file.node}\n${file.source}`),
  );
  const onNode = (need: string, node: NodeFacts): Availability => {
    if (need.startsWith('log:')) {
      const source = need.slice(4);
      return logs.has(`${node.id}\n${source}`) ? { ok: true } : missing(`no ${source} log was collected`);
    }
    const field = NODE_NEEDS[need];
    if (field === undefined) return missing(`${need} is not known`);
    const value: Collected<unknown> = node[field];
    const known: boolean = isKnown(value);
    return known ? { ok: true } : missing(`${value.file} is ${value.state}`);
  };
  return (need, id) => {
    if (need === 'captures') return input.captures > 0 ? { ok: true } : missing('no capture was given');
    if (need === 'trace') return input.traced ? { ok: true } : missing('no captures were aligned');
    if (input.nodes.length === 0) return missing('no bundle was given');
    const nodes = id === null ? input.nodes : input.nodes.filter((node) => node.id === id);
    if (nodes.length === 0) return missing('there is no bundle of this node');
    if (need === 'bundle') return { ok: true };
    const answers = nodes.map((node) => onNode(need, node));
    return answers.find((answer) => answer.ok) ?? answers[0]!;
  };
}

function missing(reason: string): Availability {
  return { ok: false, reason };
}
