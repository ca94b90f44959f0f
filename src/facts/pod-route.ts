import type { IpRule, NodeFacts, Pod, Route } from '../model/node.js';
import { isKnown } from '../model/location.js';
import type { FactContext } from './types.js';
import { familyOf, sameAddress } from './support/addresses.js';
import { addressInQuestion, concernOf, namesAddress } from './support/concern.js';
import { traceBlames } from './support/blame.js';
import { defineFact, flag, number, perNode, text, traceAgrees } from './support/define.js';
import { missingOfBranch } from './support/branch-wiring.js';
import { fileEvidence, lineEvidence } from './support/evidence.js';
import { podAgeSeconds, podName } from './support/nodes.js';

const lookup = (rule: IpRule): string | null => (rule.action.kind === 'lookup' ? rule.action.table : null);

/** `10.0.1.9` and `10.0.1.9/32` name one host. */
const isHost = (value: string | null, address: string): boolean =>
  value !== null && sameAddress(value.replace(/\/(32|128)$/, ''), address);

/** Assigned at the time of collection, by ipamd's own books: other sources may speak of a pod that is gone. */
function isAssigned(node: NodeFacts, pod: Pod): boolean {
  return (
    node.checkpoint.value.some((allocation) => sameAddress(allocation.ip, pod.ip)) ||
    node.introspection.value.enis.some((eni) =>
      eni.addresses.some((a) => a.assigned && sameAddress(a.address, pod.ip)),
    )
  );
}

interface Tables {
  readonly routes: readonly Route[];
  readonly routesFile: string;
  readonly rules: readonly IpRule[] | null;
  readonly rulesFile: string;
}

function tablesFor(node: NodeFacts, pod: Pod): Tables | null {
  const v6 = familyOf(pod.ip) === 6;
  const routes = v6 ? node.routes6 : node.routes;
  const rules = v6 ? node.rules6 : node.rules;
  if (!isKnown(routes)) return null;
  return {
    routes: routes.value,
    routesFile: routes.file,
    rules: isKnown(rules) ? rules.value : null,
    rulesFile: rules.file,
  };
}

/** Pods on a secondary ENI leave by its own table, `from <pod> lookup <device + 1>`. */
function fromRule(rules: readonly IpRule[], pod: Pod): IpRule | undefined {
  return rules.find((rule) => isHost(rule.from, pod.ip) && lookup(rule) !== null && lookup(rule) !== 'main');
}

function instance(context: FactContext, node: NodeFacts, pod: Pod, tables: Tables) {
  const { routes, rules } = tables;
  const concern = concernOf(context);
  const toPod = routes.filter((r) => r.table === 'main' && r.type === 'unicast' && isHost(r.dst, pod.ip));
  const expectedVeth = pod.vethFrom === 'route' ? null : pod.veth;
  const from = rules === null ? undefined : fromRule(rules, pod);
  const secondary = pod.deviceNumber !== null && pod.deviceNumber > 0;
  const table = from === undefined ? null : lookup(from);
  const defaultRoute = table === null ? null : routes.some((r) => r.table === table && r.prefixLength === 0);
  const rule512 =
    rules === null
      ? null
      : rules.some((r) => isHost(r.to, pod.ip) && lookup(r) === 'main' && r.from === null);
  // Without a rule of its own a pod is still found through the main table, unless another rule takes precedence.
  const otherTables = (rules ?? []).some(
    (r) =>
      r.priority > 512 &&
      r.priority < 32_000 &&
      r.fwmark === null &&
      !['main', 'local', 'default', null].includes(lookup(r)),
  );
  // The CNI writes such a rule for every pod: where others have theirs, this one was lost.
  const othersHave =
    rule512 === false &&
    (rules ?? []).some(
      (r) => lookup(r) === 'main' && r.from === null && node.pods.some((other) => isHost(r.to, other.ip)),
    );
  const assigned = isAssigned(node, pod);
  const age = podAgeSeconds(node, pod);
  const routePresent = toPod.length > 0;
  const [first] = toPod;
  const wrongVeth = routePresent && expectedVeth !== null && !toPod.some((r) => r.dev === expectedVeth);
  const ofBranch = pod.branchEni ? missingOfBranch(pod, routes, rules) : null;
  const ofMain = !routePresent
    ? `route to ${pod.ip} in table main`
    : wrongVeth
      ? `route to ${pod.ip} through ${expectedVeth ?? ''} (it goes through ${first?.dev ?? 'no device'})`
      : secondary && rules !== null && from === undefined
        ? `rule "from ${pod.ip} lookup ${pod.table ?? 'of its ENI'}"`
        : defaultRoute === false
          ? `default route in table ${table ?? ''}`
          : rule512 === false && (otherTables || othersHave)
            ? `rule "from all to ${pod.ip} lookup main"`
            : null;
  const missing = ofBranch ?? ofMain;
  const settled = age === null || age >= 60;
  return {
    node: node.id,
    fields: {
      pod_ip: pod.ip,
      pod: podName(pod),
      veth: pod.veth,
      route_present: routePresent,
      route_dev: first?.dev ?? null,
      duplicate_routes: toPod.length,
      rule512_present: rule512,
      rule1536_present: rules === null ? null : from !== undefined,
      secondary_eni: secondary,
      expected_table: secondary ? pod.table : 'main',
      table,
      default_via_present: defaultRoute,
      branch_eni: pod.branchEni,
      assigned,
      age_seconds: age,
      missing,
      still_reached: missing !== null && missing.startsWith('rule "from all to ') && !otherTables,
      broken: (ofBranch !== null || (ofMain !== null && assigned && !pod.branchEni)) && settled,
      in_question: addressInQuestion(concern, pod.ip),
      named_in_question: namesAddress(concern, pod.ip),
      trace_agrees: traceBlames(context, node.id),
    },
    evidence: [
      lineEvidence(node.id, pod.loc, pod.ip),
      ...(missing === null
        ? toPod.map((r) => lineEvidence(node.id, r.loc, r.text))
        : [
            fileEvidence(
              node.id,
              missing.startsWith('rule') ? tables.rulesFile : tables.routesFile,
              `not there: ${missing}`,
            ),
            ...(wrongVeth ? toPod.map((r) => lineEvidence(node.id, r.loc, r.text)) : []),
          ]),
    ],
  };
}

/**
 * How packets to and from each pod are routed on its node. The VPC CNI gives a pod one /32 route to its veth in
 * main and one `to` rule at 512; pods of a secondary ENI also a `from` rule at 1536 to a table with a default.
 */
export const podRoute = defineFact({
  name: 'pod_route',
  description: 'The routes and policy rules of one pod of a node.',
  fields: {
    pod_ip: text('address of the pod'),
    pod: text('namespace/name, when known'),
    veth: text('host side of its veth pair'),
    route_present: flag('table main has a host route to it'),
    route_dev: text('device of that route'),
    duplicate_routes: number('host routes to it in table main'),
    rule512_present: flag('there is a rule `to <pod> lookup main`; null when rules were not collected'),
    rule1536_present: flag('there is a rule `from <pod> lookup <table>`; null when rules were not collected'),
    secondary_eni: flag('its address belongs to a secondary ENI'),
    expected_table: text('table its own traffic should leave by'),
    table: text('table the `from` rule names'),
    default_via_present: flag('that table has a default route; null without such a rule'),
    branch_eni: flag('it has a branch ENI of its own (security groups for pods)'),
    assigned: flag('the books of ipamd hold the address as in use'),
    age_seconds: number('from its allocation to the collection'),
    missing: text('what is not there, in words; null when all is there'),
    still_reached: flag('only the rule to it is missing, and no other rule takes its packets elsewhere'),
    broken: flag('something is missing, and it is neither a new nor a departed pod'),
    in_question: flag('an end of a flow in question; true when nothing is in question'),
    named_in_question: flag('an end of a flow in question; false when nothing is in question'),
    trace_agrees: traceAgrees,
  },
  compute: (context) =>
    perNode(
      context,
      'routes',
      (node) => isKnown(node.routes) || isKnown(node.routes6),
      (node) =>
        node.pods.flatMap((pod) => {
          const tables = tablesFor(node, pod);
          return tables === null ? [] : [instance(context, node, pod, tables)];
        }),
    ),
});
