/** Which checks belong to which section, in the order they are printed. */
import type { SectionName } from '../network/types.js';
import * as cni from './cni.js';
import * as conntrack from './conntrack.js';
import * as dns from './dns.js';
import * as ebpf from './ebpf.js';
import * as eni from './eni.js';
import * as iptables from './iptables.js';
import * as nat from './nat.js';
import * as routes from './routes.js';
import * as rules from './rules.js';
import type { CheckFunction } from './types.js';

export const CHECKS: Readonly<Record<SectionName, readonly CheckFunction[]>> = {
  eni: [
    eni.enisUp,
    eni.addressPool,
    eni.ipamdAnswers,
    eni.podVeths,
    eni.mtu,
    eni.customNetworking,
    eni.allowances,
  ],
  routes: [
    routes.defaultRoute,
    routes.podRoutes,
    routes.eniTables,
    routes.refusingRoutes,
    routes.foreignConnected,
    routes.forwarding,
    routes.reversePath,
  ],
  rules: [rules.baseRules, rules.podRules, rules.markRule, rules.foreignRules],
  iptables: [
    iptables.forwardChain,
    iptables.forwardRules,
    nat.kubeProxy,
    nat.services,
    nat.snat,
    iptables.otherEngines,
    iptables.completeRules,
  ],
  cni: [cni.version, cni.settings, cni.conflist, cni.apiServer],
  dns: [dns.nameservers, dns.clusterDns, dns.linkLocal],
  conntrack: [conntrack.usage, conntrack.refusals, conntrack.trackedAllowance],
  ebpf: [ebpf.collected, ebpf.defaultDeny, ebpf.bothDirections, ebpf.portLimit],
};
