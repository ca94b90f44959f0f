/** Routes and forwarding: what vpc-cni nodes always have, and what they never have. */
import ipaddr from 'ipaddr.js';
import { interfaceKind, primaryInterface } from '../../facts/support/nodes.js';
import type { IpRule, NodeFacts, Route } from '../../model/node.js';
import { absent, at, check, count, evidenceOf, list, notCollected, usable } from './make.js';
import type { Check, CheckFunction } from './types.js';

/** Every pod in use has a host route to its veth, and what else leads to and from it. */
export const podRoutes: CheckFunction = ({ node, fact }) => {
  const routes = fact('pod_route');
  if (routes === null) return [notCollected('pod-routes', 'The routes were', node.routes)];
  const broken = routes.filter((r) => r.fields['broken'] === true);
  if (broken.length > 0) {
    return broken.map((r): Check => {
      const { pod, pod_ip: ip, missing } = r.fields;
      return check(
        'pod-routes',
        'wrong',
        `${String(pod ?? 'the pod')} at ${String(ip)}: there is no ${String(missing)}`,
        evidenceOf([r]),
      );
    });
  }
  const doubled = routes.filter((r) => Number(r.fields['duplicate_routes']) > 1);
  if (doubled.length > 0) {
    const names = doubled.map((r) => String(r.fields['pod_ip']));
    return [
      check('pod-routes', 'wrong', `several veths for one address: ${list(names)}`, evidenceOf(doubled)),
    ];
  }
  const fresh = routes.filter((r) => r.fields['missing'] !== null && r.fields['branch_eni'] === false);
  const note =
    fresh.length === 0 ? '' : `; ${fresh.length} incomplete, being made or removed, or not in ipamd's books`;
  return [check('pod-routes', 'ok', `${count(routes.length, 'pod')}, each in use with its routes${note}`)];
};

const hasDefault = (r: Route): boolean => r.prefixLength === 0 && r.type === 'unicast';

export const defaultRoute: CheckFunction = ({ node }) => {
  if (!usable(node.routes)) return [notCollected('default-route', 'The routes were', node.routes)];
  const defaults = node.routes.value.filter((r) => r.table === 'main' && hasDefault(r));
  if (defaults.length === 0) {
    return [
      check('default-route', 'wrong', 'table main has no default route: nothing leaves the subnet', [
        absent(node.routes.file, 'no default route in table main'),
      ]),
    ];
  }
  const first = defaults[0]!;
  return [
    check('default-route', 'ok', `the node's default route: ${first.text}`, [at(first.loc, first.text)]),
  ];
};

/** Tables that rules 10 and 1536 lead pods to: each has one default, by the first address of the ENI's subnet. */
export const eniTables: CheckFunction = ({ node }) => {
  if (!usable(node.routes) || !usable(node.rules)) return [];
  const tables = new Map<string, IpRule>();
  for (const rule of node.rules.value) {
    const pod = rule.priority === 1536 || rule.priority === 10;
    if (pod && rule.action.kind === 'lookup' && !['main', 'local'].includes(rule.action.table)) {
      if (!tables.has(rule.action.table)) tables.set(rule.action.table, rule);
    }
  }
  if (tables.size === 0) return [];
  const problems = [...tables].flatMap(([table, rule]) => tableProblem(node, table, rule));
  if (problems.length > 0) return problems;
  return [
    check(
      'eni-tables',
      'ok',
      `${count(tables.size, 'ENI route table')} (${list([...tables.keys()])}), each with one default route by its subnet's gateway`,
    ),
  ];
};

function tableProblem(node: NodeFacts, table: string, rule: IpRule): Check[] {
  const routes = node.routes.value.filter((r) => r.table === table);
  const defaults = routes.filter(hasDefault);
  if (defaults.length !== 1) {
    const found = defaults.length === 0 ? 'no default route' : `${defaults.length} default routes`;
    const evidence =
      defaults.length === 0
        ? [absent(node.routes.file, `no default route in table ${table}`)]
        : defaults.map((r) => at(r.loc, r.text));
    return [
      check('eni-tables', 'wrong', `table ${table}, which pods leave by, has ${found}`, [
        at(rule.loc, rule.text),
        ...evidence,
      ]),
    ];
  }
  const [only] = defaults;
  const gateway = expectedGateway(node, only!.dev);
  if (gateway === null || only!.via === null || only!.via === gateway) return [];
  const reason = `the gateway of table ${table} is ${only!.via}; the subnet of ${only!.dev ?? '?'} has ${gateway}`;
  return [check('eni-tables', 'warning', reason, [at(only!.loc, only!.text)])];
}

/** Network address + 1 of the interface's subnet, as VPC subnets have it. */
function expectedGateway(node: NodeFacts, device: string | null): string | null {
  const own = node.interfaces.value.find((i) => i.name === device)?.addresses.find((a) => a.family === 4);
  if (own === undefined || own.prefixLength > 30 || !ipaddr.IPv4.isValid(own.address)) return null;
  const network = ipaddr.IPv4.networkAddressFromCIDR(`${own.address}/${own.prefixLength}`).octets;
  return [...network.slice(0, 3), network[3]! + 1].join('.');
}

/** The VPC CNI never makes a route that refuses. */
export const refusingRoutes: CheckFunction = ({ node, fact }) => {
  const all = fact('blocking_route');
  if (all === null) return [notCollected('refusing-routes', 'The routes were', node.routes)];
  const foreign = all.filter(
    (r) => r.fields['kernel_default'] !== true && r.fields['calico_ipam_block'] !== true,
  );
  if (foreign.length === 0)
    return [check('refusing-routes', 'ok', 'no blackhole, unreachable or prohibit route but the usual ones')];
  return foreign.slice(0, 50).map((r): Check => {
    const { type, dst, table, consulted, covers_known: covered, example, in_vpc: inVpc } = r.fields;
    const route = `${String(type)} route for ${String(dst)} in table ${String(table)}`;
    if (consulted === false)
      return check('refusing-routes', 'warning', `${route}; no rule leads to that table`, evidenceOf([r]));
    if (Number(covered) > 0)
      return check(
        'refusing-routes',
        'wrong',
        `${route}: packets for ${String(example)} end there`,
        evidenceOf([r]),
      );
    const range =
      inVpc === true
        ? 'it is within the VPC; no address that is known ends there'
        : 'no address that is known ends there';
    return check('refusing-routes', 'warning', `${route}: ${range}`, evidenceOf([r]));
  });
};

/** The CNI removes the connected route of secondary ENIs from main; something else put it back. */
export const foreignConnected: CheckFunction = ({ node }) => {
  const primary = primaryInterface(node);
  if (!usable(node.routes) || primary === null) return [];
  const found = node.routes.value.filter(
    (r) =>
      r.table === 'main' &&
      r.proto === 'kernel' &&
      r.dev !== null &&
      r.dev !== primary &&
      r.prefixLength < 32 &&
      interfaceKind(node, r.dev) === 'eni',
  );
  if (found.length === 0) return [];
  const names = [...new Set(found.map((r) => r.dev!))];
  return [
    check(
      'secondary-eni-in-main',
      'warning',
      `table main has the subnet of ${list(names)}: something besides the CNI (networkd, ec2-net-utils, cloud-init) configures secondary ENIs`,
      found.map((r) => at(r.loc, r.text)),
    ),
  ];
};

export const forwarding: CheckFunction = ({ node, fact }) => {
  const settings = fact('sysctl_forwarding');
  if (settings === null || settings.length === 0)
    return [notCollected('forwarding', 'Kernel settings were', node.sysctl)];
  const off = settings.filter((s) => s.fields['disabled'] === true);
  if (off.length > 0) {
    return [
      check(
        'forwarding',
        'wrong',
        `the kernel does not forward: ${list(off.map((s) => `${String(s.fields['key'])} is 0`))}`,
        evidenceOf(off),
      ),
    ];
  }
  return [check('forwarding', 'ok', 'the kernel forwards packets', evidenceOf(settings).slice(0, 1))];
};

/** Strict reverse path filtering drops what comes in by one ENI and would go back by another. */
export const reversePath: CheckFunction = ({ node, fact }) => {
  const filters = fact('rp_filter');
  if (filters === null || filters.length === 0)
    return [notCollected('rp-filter', 'Kernel settings were', node.sysctl)];
  const strict = filters.filter((f) => f.fields['strict'] === true);
  if (strict.length === 0)
    return [check('rp-filter', 'ok', 'reverse path filtering of the ENIs is loose or off')];
  return [
    check(
      'rp-filter',
      'warning',
      `reverse path filtering is strict on ${list(strict.map((f) => String(f.fields['interface'])))}: answers that come in by another ENI than they would leave by are dropped`,
      evidenceOf(strict),
    ),
  ];
};
