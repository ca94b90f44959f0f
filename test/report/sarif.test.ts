import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { renderSarif } from '../../src/report/sarif.js';
import { fullDocument, hostileDocument } from './support/documents.js';
import { sarifSchema } from './support/sarif-schema.js';

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations?: readonly unknown[];
        readonly relatedLocations?: readonly unknown[];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}

const validate = new Ajv2020({ allErrors: true }).compile(sarifSchema);

function sarif(d: AnalysisDocument): Sarif {
  const value = JSON.parse(renderSarif(d)) as Sarif;
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
  return value;
}

describe('renderSarif', () => {
  it('is valid with strange names of files', () => {
    sarif(hostileDocument('a b\\c%?#\ud800é"'));
  });

  it('locates a finding at the line of its first evidence, with the lines around', () => {
    const [first] = sarif(fullDocument()).runs[0].results;
    expect(first!.level).toBe('error');
    expect(first!.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'networking/iproute.txt' },
          region: { startLine: 5, snippet: { text: 'blackhole 10.36.118.75' } },
          contextRegion: {
            startLine: 4,
            endLine: 6,
            snippet: {
              text: '10.36.26.96 dev enia0f2d8628d6 scope link\nblackhole 10.36.118.75\nlocal 10.36.26.28 dev eth0 table local',
            },
          },
        },
        logicalLocations: [{ name: 'i-09413053e61582c7b', kind: 'node' }],
      },
    ]);
    expect(first!.relatedLocations).toMatchObject([
      { physicalLocation: { artifactLocation: { uri: 'caps/src%20veth.pcap' } } },
    ]);
  });

  it('points from each result to its rule', () => {
    const [run] = sarif(fullDocument()).runs;
    for (const r of run.results) expect(run.tool.driver.rules[r.ruleIndex]!.id).toBe(r.ruleId);
  });

  it('keeps the fingerprint when lines move and counters change', () => {
    const before = fullDocument();
    const after = fullDocument();
    after.findings[0]!.diagnosis = 'Table main holds it, 17 packets.';
    after.evidence[0]!.line = 9;
    const prints = (d: AnalysisDocument): unknown =>
      sarif(d).runs[0].results.map((r) => r.partialFingerprints);
    expect(prints(after)).toEqual(prints(before));
  });

  it('tells two findings of one rule apart', () => {
    const d = fullDocument();
    d.findings.push({ ...d.findings[0]!, id: 'F-003' });
    const prints = sarif(d).runs[0].results.map((r) => r.partialFingerprints['finding/v1']);
    expect(new Set(prints).size).toBe(3);
  });
});
