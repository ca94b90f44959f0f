import type { DocFinding, DocLayer, LayerName } from '../model/document.js';
import type { Category } from '../model/rule.js';
import type { Segment } from '../model/trace.js';
import type { DiagnosisInput } from './input.js';
import { applicationTest, dnsTest, tlsTest } from './layer-messages.js';
import { mtuTest } from './layer-mtu.js';
import { firewallTest, policyTest, routingTest, vpcTest } from './layer-path.js';
import { tested, type LayerTest } from './layer-test.js';

/** The layers in the order in which they are walked, and the categories of findings that belong to each. */
const LAYERS: readonly {
  readonly layer: LayerName;
  readonly categories: readonly Category[];
  readonly test: (input: DiagnosisInput) => LayerTest;
}[] = [
  { layer: 'dns', categories: ['dns'], test: dnsTest },
  { layer: 'routing', categories: ['routing', 'cni_health', 'ip_exhaustion'], test: routingTest },
  {
    layer: 'node_firewall',
    categories: ['iptables_forward', 'conntrack', 'kube_proxy'],
    test: firewallTest,
  },
  { layer: 'network_policy', categories: ['network_policy'], test: policyTest },
  {
    layer: 'vpc',
    categories: ['security_groups', 'nacls', 'vpc_routing', 'sgp_isolation', 'instance_limits'],
    test: vpcTest,
  },
  { layer: 'mtu', categories: ['mtu'], test: mtuTest },
  { layer: 'tls', categories: [], test: tlsTest },
  { layer: 'application', categories: ['application'], test: applicationTest },
];

const NODE_LAYERS: ReadonlySet<LayerName> = new Set(['routing', 'node_firewall', 'network_policy']);
const SERIOUS: ReadonlySet<string> = new Set(['critical', 'high', 'medium']);
/** Evidence ids of a row; the findings name all of theirs. */
const MAX_IDS = 12;

/**
 * One row per layer, all of them, whatever the layer above says. `failing` takes a finding of severity medium or
 * above or packets that show it; `ok` takes a test that was passed; everything else is open, with what is missing.
 */
export function layersOf(input: DiagnosisInput, findings: readonly DocFinding[]): DocLayer[] {
  const rows = LAYERS.map(({ layer, categories, test }): DocLayer => {
    const about = findings.filter((f) => categories.includes(f.category));
    const serious = about.filter((f) => SERIOUS.has(f.severity));
    const result = test(input);
    if (serious.length > 0) return failingBy(layer, result.test, serious);
    const slight = about.length === 0 ? '' : ` Slight: ${about.map((f) => `${f.id} ${f.title}`).join('; ')}.`;
    return {
      layer,
      test: result.test,
      result: result.result,
      evidence: idsOf(about),
      verdict: `${result.verdict}${slight}`,
    };
  });
  return rows.map((row) => withPlace(row, rows, input));
}

function failingBy(layer: LayerName, test: string, findings: readonly DocFinding[]): DocLayer {
  const titles = [...new Set(findings.map((f) => (f.node === null ? f.title : `${f.title} (${f.node})`)))];
  const more = titles.length > 3 ? `; and ${titles.length - 3} more` : '';
  return {
    layer,
    test,
    result: 'failing',
    evidence: idsOf(findings),
    verdict: `${titles.slice(0, 3).join('; ')}${more}.`,
  };
}

function idsOf(findings: readonly DocFinding[]): string[] {
  return [...new Set([...findings.map((f) => f.id), ...findings.flatMap((f) => f.evidence)])].slice(
    0,
    MAX_IDS,
  );
}

/**
 * Packets that die on a node die in one of its three layers. As long as none of them is proved, a layer that merely
 * looks sound in the collected files is not called ok.
 */
function withPlace(row: DocLayer, rows: readonly DocLayer[], input: DiagnosisInput): DocLayer {
  const summary = input.context.trace?.summary;
  if (summary === undefined || row.result !== 'ok' || !NODE_LAYERS.has(row.layer)) return row;
  const onNode: readonly Segment[] = ['src_node', 'dst_node'];
  if (!onNode.includes(summary.segment) || summary.verdict === 'delivered') return row;
  if (rows.some((r) => NODE_LAYERS.has(r.layer) && r.result === 'failing')) return row;
  return {
    ...row,
    ...tested(
      row.test,
      'undecided',
      `Packets die on the ${summary.segment === 'src_node' ? 'source' : 'destination'} node and nothing proves in which of its layers. ${row.verdict}`,
    ),
  };
}
