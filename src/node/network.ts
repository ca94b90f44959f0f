import { parseApiServerCheck } from '../artifacts/api-server.js';
import { parseConntrack } from '../artifacts/conntrack.js';
import { parseEthtool, type EthtoolCounters } from '../artifacts/ethtool.js';
import { parseIfconfig } from '../artifacts/ifconfig.js';
import { notUnderstoodRoutes, parseIpRoutes } from '../artifacts/ip-route.js';
import { notUnderstoodRules, parseIpRules } from '../artifacts/ip-rule.js';
import { parseIpSets } from '../artifacts/ipset.js';
import { parseResolvConf } from '../artifacts/resolv-conf.js';
import { parseSysctl } from '../artifacts/sysctl.js';
import { isKnown, type Collected } from '../model/location.js';
import type { Conntrack, Family, IpRule, IpSet, NodeFacts, Route, Sysctl } from '../model/node.js';
import type { Artifact } from './files.js';
import { collectIptables } from './iptables.js';
import type { ArtifactReader } from './reader.js';

export type NetworkFacts = Pick<
  NodeFacts,
  | 'iptables'
  | 'ip6tables'
  | 'routes'
  | 'routes6'
  | 'rules'
  | 'rules6'
  | 'interfaces'
  | 'conntrack'
  | 'ethtool'
  | 'sysctl'
  | 'apiServer'
  | 'nameservers'
> & { readonly ipsets: Collected<ReadonlyMap<string, IpSet>> };

/** What the kernel's tables and counters look like, as far as collected. */
export function collectNetwork(reader: ArtifactReader): NetworkFacts {
  return {
    iptables: collectIptables(reader, 4),
    ip6tables: collectIptables(reader, 6),
    routes: routes(reader, 'routes', 4),
    routes6: routes(reader, 'routes6', 6),
    rules: rules(reader, 'rules', 4),
    rules6: rules(reader, 'rules6', 6),
    ipsets: reader.text<ReadonlyMap<string, IpSet>>('ipset', new Map(), (text, path) => {
      const value = parseIpSets(text, path);
      return { value, understood: value.size, notUnderstood: 0 };
    }),
    interfaces: reader.text('ifconfig', [], parseIfconfig),
    conntrack: conntrack(reader),
    ethtool: reader.lines<EthtoolCounters>('ethtool', new Map(), parseEthtool),
    sysctl: reader.lines<ReadonlyMap<string, Sysctl>>('sysctl', new Map(), parseSysctl),
    apiServer: reader.text(
      'apiServer',
      { url: null, attempts: 0, reached: 0, errors: [], clockSkewSeconds: null },
      parseApiServerCheck,
    ),
    nameservers: reader.text('resolvConf', [], parseResolvConf),
  };
}

function routes(reader: ArtifactReader, artifact: Artifact, family: Family): Collected<readonly Route[]> {
  return reader.text<readonly Route[]>(artifact, [], (text, path) => {
    const value = parseIpRoutes(text, path, family);
    // The support script of CNI <= 1.5 writes a heading of its own.
    const bad = notUnderstoodRoutes(text, family).filter(
      (line) => !/^(=+|ip route show)/.test(line.text.trim()),
    );
    return { value, understood: value.length, notUnderstood: bad.length };
  });
}

function rules(reader: ArtifactReader, artifact: Artifact, family: Family): Collected<readonly IpRule[]> {
  return reader.text<readonly IpRule[]>(artifact, [], (text, path) => {
    const value = parseIpRules(text, path, family);
    return { value, understood: value.length, notUnderstood: notUnderstoodRules(text).length };
  });
}

/** IPv4 flows and statistics, with the IPv6 flows of the second file behind them. */
function conntrack(reader: ArtifactReader): Collected<Conntrack> {
  const nothing: Conntrack = { stats: new Map(), count: 0, entries: [] };
  const v4 = reader.lines('conntrack', nothing, parseConntrack);
  const v6 = reader.lines('conntrack6', nothing, parseConntrack);
  if (v6.value.count === 0) return v4;
  const base = isKnown(v4) ? v4 : v6;
  const notes = [v4.note, v6.note].filter((note) => note !== undefined);
  return {
    ...base,
    value: {
      stats: v4.value.stats,
      count: v4.value.count + v6.value.count,
      entries: [...v4.value.entries, ...v6.value.entries],
    },
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}
