import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read.js';
import { captureCases, casesFolder } from '../support/example-cases.js';
import { trace } from './rows.js';

/** What truth.json says of the place of loss. */
interface Place {
  readonly drop_point: string;
  readonly accept_drop_points?: readonly string[];
}

const cases = captureCases();

describe.skipIf(casesFolder() === null)(
  'example cases, captures alone (skipped: needs the example cases)',
  () => {
    it.each(cases.map((c) => [c.case, c] as const))('%s', async (_, c) => {
      const truth = JSON.parse(readFileSync(path.join(c.folder, 'truth.json'), 'utf8')) as Place;
      const folder = path.join(c.folder, 'caps');
      const tables = [];
      for (const name of readdirSync(folder).sort()) {
        const spool = path.join(folder, name);
        const magic = readFileSync(spool).readUInt32LE(0);
        const file = {
          path: `caps/${name}`,
          spool,
          size: statSync(spool).size,
          gzip: false,
          truncated: false,
        };
        tables.push(
          await readCapture({ file: { ...file, format: magic === 0x0a0d0d0a ? 'pcapng' : 'pcap' } }),
        );
      }
      const { summary, taps } = trace(tables);
      const placed = ['none', 'unknown'].includes(summary.segment);
      const got = placed
        ? summary.segment
        : (summary.direction === 'return' ? 'return_' : '') + summary.segment;
      expect(truth.accept_drop_points ?? [truth.drop_point]).toContain(got);
      for (const [role, file] of Object.entries(c.files))
        if (role.endsWith('veth') || role.endsWith('eth0'))
          expect(taps.find((t) => t.file === file)?.point, `${role} of ${file}`).toBe(role);
    });
  },
);
