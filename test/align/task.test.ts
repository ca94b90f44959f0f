import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { transferableSymbol, valueSymbol } from 'piscina';
import { afterAll, expect, it } from 'vitest';
import { buffersOf, type PreparedCapture } from '../../src/align/prepare.js';
import task from '../../src/align/task.js';
import { transferables } from '../../src/capture/columns.js';
import { readCapture } from '../../src/capture/read.js';
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
  const capture = movable[valueSymbol] as PreparedCapture;
  expect(capture.table).toMatchObject({ file: 'x.pcap', packets: 1 });
  const buffers = movable[transferableSymbol] as ArrayBuffer[];
  expect(new Set(buffers)).toEqual(new Set([...transferables(capture.table), ...buffersOf(capture)]));
  const moved = structuredClone(capture, { transfer: buffers });
  expect(moved.index.rows).toHaveLength(1);
  expect(capture.index.rows).toHaveLength(0);
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
