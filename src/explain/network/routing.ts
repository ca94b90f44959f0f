/** Sections `routes` and `rules`. */
import { interfaceKind } from '../../facts/support/nodes.js';
import type { IpRule, NodeFacts, Route } from '../../model/node.js';
import { place, table } from './table.js';
import type { Cell, Table } from './types.js';

export function routeTables(node: NodeFacts): Table[] {
  const all = [...node.routes.value, ...node.routes6.value];
  const names = [...new Set(all.map((r) => r.table))];
  const summary = names.map((name): Cell[] => {
    const routes = all.filter((r) => r.table === name);
    const pods = routes.filter((r) => isPodRoute(node, r)).length;
    const refusing = routes.filter((r) =>
      ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(r.type),
    ).length;
    const gateway = routes.find((r) => r.prefixLength === 0 && r.type === 'unicast');
    return [name, routes.length, pods, refusing, gateway?.via ?? null, gateway?.dev ?? null];
  });
  const listed = all
    .filter((r) => r.table !== 'local' && !['local', 'broadcast', 'multicast', 'anycast'].includes(r.type))
    .map((r): Cell[] => [r.table, r.text.trim(), routeMeaning(node, r), place(r.loc)]);
  return [
    table(
      'tables',
      'route tables',
      ['table', 'routes', 'pod_routes=to pods', 'refusing', 'gateway', 'gateway_interface=by'],
      summary,
    ),
    table(
      'routes',
      'routes, those of table local left out',
      ['table', 'route', 'meaning', 'evidence'],
      listed,
    ),
  ];
}

function isPodRoute(node: NodeFacts, r: Route): boolean {
  const whole = r.prefixLength === (r.family === 4 ? 32 : 128);
  return whole && r.type === 'unicast' && r.dev !== null && interfaceKind(node, r.dev) === 'veth';
}

function routeMeaning(node: NodeFacts, r: Route): string {
  if (r.type !== 'unicast') {
    if (r.family === 6 && r.dev === 'lo') return 'the kernel’s own refusal, on every host'.replace('’', "'");
    return r.type === 'throw' ? 'look in the next table' : `packets for ${r.dst} end here`;
  }
  if (isPodRoute(node, r)) {
    const pod = node.pods.find((p) => `${p.ip}/${r.prefixLength}` === r.dst || p.ip === r.dst);
    return pod === undefined || pod.name === null ? 'to a pod' : `to pod ${pod.namespace ?? '?'}/${pod.name}`;
  }
  if (r.prefixLength === 0) return 'everything else, by the gateway';
  if (r.dst.startsWith('169.254.') || r.dst.startsWith('fe80:')) return 'link-local';
  if (r.via === null && r.proto === 'kernel') return 'the subnet of the interface';
  if (r.via === null && r.table !== 'main') return 'the way to the gateway';
  return r.via === null ? 'directly on the link' : `by ${r.via}`;
}

export function ruleTables(node: NodeFacts): Table[] {
  const rows = [...node.rules.value, ...node.rules6.value].map((rule): Cell[] => [
    rule.priority,
    rule.text.replace(/^\d+:\s*/, '').trim(),
    ruleMeaning(node, rule),
    place(rule.loc),
  ]);
  return [
    table(
      'rules',
      'policy rules, the first that fits and finds a route decides',
      ['priority', 'rule', 'meaning', 'evidence'],
      rows,
    ),
  ];
}

/** What a rule of that priority is for, on a node of the VPC CNI. */
export function ruleMeaning(node: NodeFacts, rule: IpRule): string {
  const { priority, from, to, fwmark, iif, action } = rule;
  const to_ = action.kind === 'lookup' ? action.table : null;
  const pod = (ip: string | null): string => {
    const found = node.pods.find((p) => p.ip === ip?.replace(/\/\d+$/, ''));
    return found === undefined || found.name === null
      ? (ip ?? '?')
      : `${found.namespace ?? '?'}/${found.name}`;
  };
  if (rule.unknown.length > 0) return `not understood: ${rule.unknown.slice(0, 5).join(' ')}`;
  if (['blackhole', 'unreachable', 'prohibit'].includes(action.kind)) return 'refuses what fits it';
  if (to_ === 'local' && from === null && to === null) return 'the addresses of the node itself';
  if (priority === 10 && iif !== null) return `pod with its own security groups behind ${iif}`;
  if (priority === 512 && to_ === 'main') return `to pod ${pod(to)}`;
  if (fwmark?.value === 0x80 && to_ === 'main')
    return 'answers of node ports and of SNAT leave by the primary ENI';
  if (priority === 1535) return 'external service range, by the primary ENI';
  if (priority === 1536 && from !== null) return `from pod ${pod(from)}: by the ENI of table ${to_ ?? '?'}`;
  if (priority === 32765 && from !== null) return `the ENI's own address, by table ${to_ ?? '?'}`;
  if (priority === 32766 && to_ === 'main') return 'everything else';
  if (to_ === 'default') return 'empty as a rule';
  if (to_ === '30200' || to_ === '30400')
    return "NetworkManager's cloud setup: incompatible with the VPC CNI";
  return 'not made by the kernel or the VPC CNI';
}
