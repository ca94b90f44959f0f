import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transferableSymbol, valueSymbol } from 'piscina';
import { afterAll, expect, it } from 'vitest';
import { pack, unpack, type PackedCapture } from '../../src/align/pack.js';
import { prepare } from '../../src/align/prepare.js';
import task from '../../src/align/task.js';
import { transferables } from '../../src/capture/columns.js';
import { readCapture } from '../../src/capture/read.js';
import { capture as rowsOf } from './rows.js';
import { pcapFile, tcpPacket } from '../support/pcap-writer.js';

const folder = mkdtempSync(path.join(tmpdir(), 'netcheck-test-'));
const spool = path.join(folder, 'x.pcap');
writeFileSync(spool, pcapFile([tcpPacket({ src: '10.0.1.7', dst: '10.0.2.9', sport: 1, dport: 2, seq: 3 })]));
const file = { path: 'x.pcap', spool, size: 1, format: 'pcap', gzip: false, truncated: false } as const;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('gives a table that can be moved to another thread', async () => {
  const table = await readCapture({ file });
  const buffers = transferables(table);
  expect(buffers).toHaveLength(Object.keys(table.columns).length);
  const moved = structuredClone(table, { transfer: buffers });
  expect(moved.columns.seq[0]).toBe(3);
  expect(moved.flows).toEqual(table.flows);
  expect(table.columns.seq).toHaveLength(0);
});

it('hands the buffers to Piscina', async () => {
  const movable = (await task({ file })) as unknown as Record<symbol, unknown>;
  const packed = movable[valueSymbol] as PackedCapture;
  expect(packed.table).toMatchObject({ file: 'x.pcap', packets: 1 });
  const moved = structuredClone(packed, { transfer: movable[transferableSymbol] as ArrayBuffer[] });
  expect(moved.index.rows).toHaveLength(1);
  expect(packed.index.rows).toHaveLength(0);
  expect(packed.table.columns.seq).toHaveLength(0);
});

it('gives back what was packed, with interfaces, reused ports and errors', () => {
  const from = '10.0.1.7:1';
  const to = '10.0.2.9:2';
  const syn = { ends: `${from} > ${to}`, flags: 2 };
  const capture = prepare(
    rowsOf(
      'x.pcap',
      [
        { ...syn, t: 0, seq: 100 },
        { t: 1, ends: `${to} > ${from}`, flags: 18, seq: 7, ack: 101, iface: 1 },
        { ...syn, t: 2, seq: 9000 },
        { t: 3, ends: '10.0.0.1:0 > 10.0.1.7:0', protocol: 1, flags: 0x0303, quoted: `${from} > ${to}` },
      ],
      { ifIndexes: [2, 3] },
    ),
  );
  expect(capture.reused.size).toBe(1);
  const copy = unpack(structuredClone(pack(capture).packed));
  expect(copy).toEqual(capture);
});

it('tells of a file that cannot be read, and keeps that ingest had cut one', async () => {
  const gone = await readCapture({ file: { ...file, spool: path.join(folder, 'gone') } });
  expect(gone).toMatchObject({ packets: 0, truncated: true });
  expect(gone.problems).toEqual([{ code: 'E_UNREADABLE', message: 'The file could not be read (ENOENT).' }]);
  expect(await readCapture({ file: { ...file, truncated: true } })).toMatchObject({
    packets: 1,
    truncated: true,
  });
});
