/** Every format of every shipped sample, from one analysis each. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AnalysisDocument } from '../../src/model/document.js';
import { FORMATS, render } from '../../src/report/index.js';
import { documentErrors } from './support/document-errors.js';
import { SAMPLE_NAMES, sampleDocument } from './support/samples.js';
import { sarifSchema } from './support/sarif-schema.js';
import { parseXml } from './support/xml.js';

const OPTIONS = { color: false, width: 80 };

describe.each(SAMPLE_NAMES)('%s', (name) => {
  let d: AnalysisDocument;
  beforeAll(() => {
    d = sampleDocument(name);
  });

  it('fits the published schema', () => {
    expect(documentErrors(d)).toEqual([]);
  });

  it.each(FORMATS)('gives the same bytes as %s from its own JSON', (format) => {
    const again = JSON.parse(render(d, 'json', OPTIONS)) as AnalysisDocument;
    expect(render(again, format, OPTIONS)).toBe(render(d, format, OPTIONS));
  });

  it('gives valid SARIF with a result per finding', () => {
    const validate = new Ajv2020().compile(sarifSchema);
    const sarif = JSON.parse(render(d, 'sarif', OPTIONS)) as { runs: { results: { ruleId: string }[] }[] };
    validate(sarif);
    expect(validate.errors ?? []).toEqual([]);
    expect(sarif.runs[0]!.results.map((r) => r.ruleId)).toEqual(d.findings.map((f) => f.rule));
  });

  it('gives well-formed JUnit with a case per rule', () => {
    const suites = parseXml(render(d, 'junit', OPTIONS));
    expect(suites.attributes['tests']).toBe(String(d.rules!.length));
  });

  it('gives YAML of the same document', () => {
    expect(parse(render(d, 'yaml', OPTIONS))).toEqual(d);
  });
});
