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
