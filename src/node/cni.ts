import { parseCniConfig } from '../artifacts/cni-conflist.js';
import { parseCniContainers } from '../artifacts/cni-containers.js';
import { parseContainerList } from '../artifacts/container-list.js';
import { parseEbpfMaps } from '../artifacts/ebpf-maps.js';
import { parseEbpfPrograms } from '../artifacts/ebpf-programs.js';
import { parseEnis } from '../artifacts/enis.js';
import { parseEnvSettings } from '../artifacts/env-settings.js';
import { parseIpamCheckpoint } from '../artifacts/ipam-checkpoint.js';
import { parseMetrics } from '../artifacts/ipamd-metrics.js';
import { parsePluginLog, type PluginLog } from '../artifacts/plugin-log.js';
import { parseProcesses } from '../artifacts/processes.js';
import { isKnown, type Collected } from '../model/location.js';
import type {
  ContainerImage,
  Counter,
  EbpfMap,
  NodeFacts,
  PodAllocation,
  PodWiring,
  Sysctl,
} from '../model/node.js';
import { filesMatching, logFiles } from './files.js';
import type { ArtifactReader } from './reader.js';

export type CniFacts = Pick<
  NodeFacts,
  | 'introspection'
  | 'checkpoint'
  | 'ipamdMetrics'
  | 'cniContainers'
  | 'cniConfigs'
  | 'wiring'
  | 'ebpfPrograms'
  | 'ebpfMaps'
  | 'images'
  | 'processes'
> & {
  readonly settings: Collected<ReadonlyMap<string, Sysctl>>;
  /** CIDRs of the VPC named in plugin.log. */
  readonly pluginVpcCidrs: readonly string[];
};

/** What the CNI, its agent and the container runtime say, as far as collected. */
export function collectCni(reader: ArtifactReader): CniFacts {
  const plugin = collectPluginLog(reader);
  return {
    introspection: reader.text('enis', { totalIps: 0, assignedIps: 0, enis: [] }, parseEnis),
    checkpoint: checkpoint(reader),
    ipamdMetrics: reader.lines<ReadonlyMap<string, Counter>>('metrics', new Map(), parseMetrics),
    cniContainers: reader.text('cniContainers', [], parseCniContainers),
    cniConfigs: cniConfigs(reader),
    wiring: { ...plugin, value: plugin.value.wirings },
    pluginVpcCidrs: plugin.value.vpcCidrs,
    ebpfPrograms: reader.text('ebpfPrograms', [], parseEbpfPrograms),
    ebpfMaps: ebpfMaps(reader),
    images: images(reader),
    processes: reader.lines('processes', [], parseProcesses),
    settings: settings(reader),
  };
}

/** The checkpoint, with those of further network cards. */
function checkpoint(reader: ArtifactReader): Collected<readonly PodAllocation[]> {
  const main = reader.text('checkpoint', [], parseIpamCheckpoint);
  const cards = filesMatching(reader.bundle, /(?:^|\/)ipamd\/ipam-nic-\d{1,3}\.json$/).map((file) =>
    reader.textFile<readonly PodAllocation[]>(file, [], parseIpamCheckpoint),
  );
  return cards.reduce<Collected<readonly PodAllocation[]>>(
    (all, card) => ({ ...(isKnown(all) ? all : card), value: [...all.value, ...card.value] }),
    main,
  );
}

function cniConfigs(reader: ArtifactReader): NodeFacts['cniConfigs'] {
  const names = /(?:^|\/)cni\/(?!cni-configuration-variables)[^/]+$/;
  return filesMatching(reader.bundle, names)
    .slice(0, 100)
    .map((file) => {
      const name = file.name.slice(file.name.lastIndexOf('/') + 1);
      const nothing = parseCniConfig('', name, file.path);
      if (file.size > 1024 * 1024) return nothing;
      return reader.textFile(file, nothing, (text, path) => ({
        value: parseCniConfig(text, name, path),
        understood: 1,
        notUnderstood: 0,
      })).value;
    });
}

function collectPluginLog(reader: ArtifactReader): Collected<PluginLog> {
  const nothing: PluginLog = { wirings: [], vpcCidrs: [] };
  const files = logFiles(reader.bundle, 'pluginLog');
  const current = files.at(-1);
  if (current === undefined) return reader.missing('pluginLog', nothing);
  if (files.every((file) => file.size === 0)) {
    return { state: 'empty', file: current.path, value: nothing, note: 'nothing is in it' };
  }
  const parsed = parsePluginLog(files.map((file) => ({ file: file.path, lines: reader.linesOf(file) })));
  if (parsed.understood === 0) {
    return {
      state: 'unreadable',
      file: current.path,
      value: nothing,
      note: 'no line of it is a log line of the CNI',
    };
  }
  const truncated = files.some((file) => file.truncated);
  const notes = [
    ...(truncated ? ['the end of the file is cut off'] : []),
    ...(parsed.notUnderstood > 0 ? [`${parsed.notUnderstood} lines were not understood`] : []),
    ...(parsed.note === undefined ? [] : [parsed.note]),
  ];
  return {
    state: truncated ? 'truncated' : 'ok',
    file: current.path,
    value: parsed.value,
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

/** Maps of namespaced policies, and those of cluster policies where that file exists. */
function ebpfMaps(reader: ArtifactReader): Collected<ReadonlyMap<number, EbpfMap>> {
  const none: ReadonlyMap<number, EbpfMap> = new Map();
  const pods = reader.lines('ebpfMaps', none, parseEbpfMaps);
  const cluster = reader.lines('ebpfClusterMaps', none, parseEbpfMaps);
  if (cluster.value.size === 0) return pods;
  return { ...(isKnown(pods) ? pods : cluster), value: new Map([...pods.value, ...cluster.value]) };
}

/** Images of running and stopped containers, then those that merely lie on the node. */
function images(reader: ArtifactReader): Collected<readonly ContainerImage[]> {
  const containers = reader.text('containers', [], parseContainerList);
  const stored = reader.text('images', [], parseContainerList);
  const seen = new Set(containers.value.map((item) => item.image));
  const value = [...containers.value, ...stored.value.filter((item) => !seen.has(item.image))];
  return { ...(isKnown(containers) || !isKnown(stored) ? containers : stored), value };
}

function settings(reader: ArtifactReader): Collected<ReadonlyMap<string, Sysctl>> {
  const none: ReadonlyMap<string, Sysctl> = new Map();
  const network = reader.text('networkSettings', none, parseEnvSettings);
  const ipamd = reader.text('ipamdSettings', none, parseEnvSettings);
  const value = new Map([...network.value, ...ipamd.value]);
  return { ...(isKnown(network) || !isKnown(ipamd) ? network : ipamd), value };
}

/** Pod wirings that still stand: the last ADD of each veth that no DEL followed. */
export function standingWirings(wirings: readonly PodWiring[]): readonly PodWiring[] {
  const standing = new Map<string, PodWiring>();
  for (const wiring of wirings) {
    const before = standing.get(wiring.hostVeth);
    if (wiring.op === 'add') {
      standing.delete(wiring.hostVeth);
      standing.set(wiring.hostVeth, wiring);
    } else if (before?.containerId === wiring.containerId) {
      // The DEL of an earlier sandbox may come after the ADD of the next one with the same name.
      standing.delete(wiring.hostVeth);
    }
  }
  return [...standing.values()];
}
