/** No format of any sample's redacted report holds an original. */
import { beforeAll, describe, expect, it } from 'vitest';
import { redactDocument, type Redacted } from '../../src/redact/index.js';
import type { AnalysisDocument } from '../../src/model/document.js';
import { FORMATS, render } from '../../src/report/index.js';
import { documentErrors } from '../report/support/document-errors.js';
import { SAMPLE_NAMES, sampleDocument } from '../report/support/samples.js';

/** Shapes of what must be gone, written apart from the patterns that replace it. */
const SHAPES = [
  /\bi-0[0-9a-f]{16}\b/,
  /\beni-0[0-9a-f]{16}\b/,
  /subnet-0[0-9a-f]/,
  /arn:aws/,
  /\.compute\.internal/,
  /\bip-\d+-\d+-/,
];

/** Lines as logs have them, and what of each must not be seen again. */
const PLANTED: readonly (readonly [line: string, originals: readonly string[]])[] = [
  ['Nov 20 22:08:59 frieda kubelet[2931]: the password is Zwiebel', ['frieda', 'Zwiebel']],
  ['E1120 22:08:59.537754 2931 log.go:32] "no" err="token: q7" node="frieda"', ['q7']],
  [
    '{"level":"error","msg":"AccessDenied for arn:aws:iam::210987654321:role/kuchen-nodes"}',
    ['kuchen-nodes'],
  ],
  ['kuchen-nodes is no role; instance profile "kuchen-profile"', ['kuchen-nodes', 'kuchen-profile']],
  ['GET /latest/meta-data/iam/security-credentials/backstube-7', ['backstube-7']],
  ['pod in "acme-orders", ACME_ORDERS, acmeorders', ['acme', 'ACME']],
  ['db password=ab1 PGPASSWORD=xy --token zz9', ['ab1', '=xy', 'zz9']],
];

describe.each(SAMPLE_NAMES)('%s with secrets in its logs', (name) => {
  const planted = (): AnalysisDocument => {
    const d = structuredClone(sampleDocument(name));
    const node = d.coverage.bundles[0]!.id;
    for (const [n, [content]] of PLANTED.entries()) {
      const file = `logs/acme orders_${n}/acme-orders.log`;
      const id = `E-${900 + n}`;
      const context = [{ line: 1, text: content }];
      d.evidence.push({ id, type: 'search', node, file, line: 1, time: null, content, context });
      d.findings[0]?.evidence.push(id);
      d.diagnosis.against.push(`Line ${n} says: ${content}`);
      const example = { node, file, line: 1, content };
      const pattern = {
        pattern: content,
        level: null,
        count: 1,
        first: null,
        last: null,
        nodes: [node],
        example,
      };
      d.log_patterns!.patterns.push(pattern);
    }
    return d;
  };

  it.each(FORMATS)('shows none of them in %s', (format) => {
    const { document } = redactDocument(planted(), { words: ['Acme Orders'] });
    expect(documentErrors(document)).toEqual([]);
    const text = render(document, format, { color: false, width: 200 });
    const originals = PLANTED.flatMap(([, all]) => all);
    expect(originals.filter((o) => text.includes(o))).toEqual([]);
  });

  it('changes nothing else', () => {
    const lines = [
      'pod coredns of kube-system on eth0',
      'Error syncing pod, skipping',
      'KUBE-SERVICES -j ACCEPT',
    ];
    const d = planted();
    d.diagnosis.against.push(...lines);
    expect(redactDocument(d).document.diagnosis.against.slice(-3)).toEqual(lines);
  });
});

describe.each(SAMPLE_NAMES)('%s', (name) => {
  let original: AnalysisDocument;
  let redacted: Redacted;

  beforeAll(() => {
    original = sampleDocument(name);
    redacted = redactDocument(original, { words: ['bundles'] });
  });

  it('replaces something', () => {
    expect(Object.keys(redacted.map).length).toBeGreaterThan(3);
  });

  it('is still a document', () => {
    expect(documentErrors(redacted.document)).toEqual([]);
  });

  it.each(FORMATS)('has no original in %s', (format) => {
    const text = render(redacted.document, format, { color: false, width: 80 });
    const identities = original.coverage.bundles.flatMap((b) => [
      b.id,
      b.identity['hostname'],
      b.identity['cluster_name'],
    ]);
    const originals = [
      ...Object.values(redacted.map),
      ...identities.filter((i): i is string => typeof i === 'string'),
    ];
    expect(originals.filter((o) => text.includes(o))).toEqual([]);
    expect(SHAPES.filter((s) => s.test(text)).map(String)).toEqual([]);
  });
});
