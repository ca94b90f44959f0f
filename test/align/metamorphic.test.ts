/** What must not change an answer, does not: formats, a node's clock, rotation, snap length; damage invents no drop. */
import { readFileSync, readdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read.js';
import { captureCases, casesFolder } from '../support/example-cases.js';
import {
  classic,
  nextGeneration,
  packetsOf,
  rotated,
  shifted,
  snapped,
  type Packets,
} from '../support/rewrite-capture.js';
import { trace } from './rows.js';

interface Named {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Original {
  readonly name: string;
  readonly bytes: Buffer;
  readonly packets: Packets;
  readonly far: boolean;
}

const scratch = mkdtempSync(path.join(tmpdir(), 'eks-netcheck-metamorphic-'));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Segment and direction that the captures alone prove. */
async function place(files: readonly Named[]): Promise<string> {
  const tables = [];
  for (const { name, bytes } of files) {
    const spool = path.join(scratch, name);
    writeFileSync(spool, bytes);
    const gzip = name.endsWith('.gz');
    const format = !gzip && bytes.length >= 4 && bytes.readUInt32LE(0) === 0x0a0d0d0a ? 'pcapng' : 'pcap';
    const file = { path: `caps/${name}`, spool, size: bytes.length, gzip, truncated: false, format } as const;
    tables.push(await readCapture({ file }));
  }
  const { segment, direction } = trace(tables).summary;
  return segment === 'none' || segment === 'unknown' ? segment : `${direction} ${segment}`;
}

/** Rewrites every capture into one other file. */
const each =
  (write: (o: Original) => Buffer, suffix = '') =>
  (all: readonly Original[]): Named[] =>
    all.map((o) => ({ name: o.name + suffix, bytes: write(o) }));

const LOSSLESS: Readonly<Record<string, (all: readonly Original[]) => Named[]>> = {
  'nanosecond times': each((o) => classic(o.packets, { nano: true })),
  'the other byte order': each((o) => classic(o.packets, { swapped: true })),
  'pcapng, two interfaces, if_tsresol': each((o) => nextGeneration(o.packets)),
  gzip: each((o) => gzipSync(o.bytes, { level: 1 }), '.gz'),
  'the far node 37.5 s ahead': each((o) => classic(shifted(o.packets, o.far ? 37_500_000_000n : 0n))),
  'the far node 3 ms behind': each((o) => classic(shifted(o.packets, o.far ? -3_000_000n : 0n))),
  'snap length 96': each((o) => classic(snapped(o.packets, 96))),
  'rotated in three files': (all) =>
    all.flatMap((o) =>
      rotated(o.packets, 3).map((p, i) => ({
        name: o.name.replace(/(\.\w+)?$/, `_0000${i}$1`),
        bytes: classic(p),
      })),
    ),
};

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const cases = captureCases().flatMap((c) => {
  const folder = path.join(c.folder, 'caps');
  const far = new Set(
    Object.entries(c.files)
      .filter(([role]) => role.startsWith('dst'))
      .map(([, file]) => path.basename(file)),
  );
  const files = readdirSync(folder).sort();
  const all = files.map((name) => ({
    name,
    bytes: readFileSync(path.join(folder, name)),
    far: far.has(name),
  }));
  if (all.some(({ bytes }) => ![0xa1b2c3d4, 0xa1b23c4d].includes(bytes.readUInt32LE(0)))) return [];
  return [[c.case, all.map((o) => ({ ...o, packets: packetsOf(o.bytes) }))] as const];
});

describe.skipIf(casesFolder() === null)(
  'example cases written otherwise (skipped: needs the example cases)',
  () => {
    it.each(cases)(
      '%s',
      async (_, all) => {
        const before = await place(all);
        const got: Record<string, string> = {};
        for (const [how, rewrite] of Object.entries(LOSSLESS)) got[how] = await place(rewrite(all));
        expect(got).toEqual(Object.fromEntries(Object.keys(LOSSLESS).map((how) => [how, before])));
      },
      60_000,
    );

    it.each(cases)(
      '%s, cut short or with flipped bytes',
      async (_, all) => {
        const next = numbers(7);
        const before = await place(all);
        const honest = [before, 'none', 'unknown'];
        for (let round = 0; round < 3; round++) {
          const victim = Math.floor(next() * all.length);
          const cut = all.map((o, i) =>
            i === victim ? { ...o, bytes: o.bytes.subarray(0, 24 + next() * (o.bytes.length - 24)) } : o,
          );
          expect(honest, `${all[victim]!.name} cut, round ${round}`).toContain(await place(cut));
          const flipped = all.map((o, i) => {
            if (i !== victim) return o;
            const bytes = Buffer.from(o.bytes);
            for (let n = 0; n < 5; n++) bytes[24 + Math.floor(next() * (bytes.length - 24))]! ^= 1 << (n & 7);
            return { ...o, bytes };
          });
          await expect(place(flipped), `${all[victim]!.name} flipped, round ${round}`).resolves.toBeTypeOf(
            'string',
          );
        }
      },
      60_000,
    );
  },
);
