import { statSync } from 'node:fs';
import { DEFAULT_LIMITS } from '../limits.js';
import type { CaptureTable } from '../model/capture.js';
import type { CaptureFile } from '../model/source.js';
import { TableBuilder } from './builder.js';
import { detect } from './detect.js';
import { count, Notes } from './notes.js';
import type { RecordReader } from './record-reader.js';
import { stream, type InflateLimits } from './source.js';
import { TerminalFilter, terminalLines } from './terminal.js';
import { ByteWindow } from './window.js';

/** Packets kept of one file unless asked otherwise: about 1 GB of columns. */
export const DEFAULT_MAX_PACKETS = 20_000_000;

/** LF that all follow a CR: no chance any more. */
const SURE_LINES = 16;

export interface ReadCaptureInput {
  readonly file: CaptureFile;
  /** Rows at most; the rest of the file is left out, with a problem. */
  readonly maxPackets?: number;
  /** What a compressed capture may inflate to. */
  readonly sharedLimits?: InflateLimits;
}

/**
 * Reads a capture file into columns. Whatever the file holds, a table comes back: damage, limits and unreadable
 * files are told in `problems`.
 */
export async function readCapture(input: ReadCaptureInput): Promise<CaptureTable> {
  const { table, lines } = await readOnce(input, false);
  if (lines === 0 || (!table.corrupt && !table.truncated)) return table;
  const undone = (await readOnce(input, true)).table;
  const code = 'E_CAPTURE_NOT_BINARY';
  const clean = !undone.corrupt && table.corrupt;
  if (undone.packets > table.packets || (undone.packets === table.packets && clean)) {
    const message = `Each LF had become CR LF; with that undone, ${count(undone.packets, 'packet')} could be read.`;
    return { ...undone, problems: [{ code, message }, ...undone.problems] };
  }
  if (!table.corrupt || lines < SURE_LINES) return table;
  return { ...table, problems: [{ code, message: 'Each LF had become CR LF.' }, ...table.problems] };
}

async function readOnce(
  input: ReadCaptureInput,
  undoTerminal: boolean,
): Promise<{ table: CaptureTable; lines: number }> {
  const { file } = input;
  const builder = new TableBuilder(input.maxPackets ?? DEFAULT_MAX_PACKETS, sizeOf(file.spool));
  const notes = new Notes();
  const raw = new ByteWindow();
  const filter = undoTerminal ? new TerminalFilter() : null;
  const w = filter === null ? raw : new ByteWindow();
  let reader: RecordReader | 'wait' | null = 'wait';
  let lines = 0;
  const step = (eof: boolean): boolean => {
    if (filter !== null) {
      w.append(filter.apply(raw.buf, raw.start, raw.end));
      if (eof) w.append(filter.end());
      raw.start = raw.end;
    }
    if (reader === 'wait') {
      lines = terminalLines(w.buf, w.start, Math.min(w.end, w.start + 0x10000));
      reader = detect(w, eof, builder, notes);
    }
    if (reader === 'wait') return true;
    return reader !== null && reader.run(w, eof);
  };
  try {
    await stream(file.spool, raw, input.sharedLimits ?? DEFAULT_LIMITS, notes, step);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    notes.stopped(`The file could not be read (${code}).`, 'E_UNREADABLE');
  }
  const done = reader as RecordReader | 'wait' | null;
  return { table: toTable(file, builder, notes, done === 'wait' ? null : done), lines };
}

/** Size of the file, 0 where it cannot be told: then nothing is expected of it. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function toTable(
  file: CaptureFile,
  builder: TableBuilder,
  notes: Notes,
  reader: RecordReader | null,
): CaptureTable {
  for (const [type, packets] of builder.unsupported) {
    const message = `Link type ${type} is not supported: ${count(packets, 'packet')} could not be decoded.`;
    notes.add('E_CAPTURE_LINKTYPE', message);
  }
  if (builder.flows.leftOut > 0) {
    const message = `${count(builder.flows.leftOut, 'packet')} of flows beyond the first ${builder.flows.count} have no flow.`;
    notes.stopped(message);
  }
  if (builder.interfaces.overflow) notes.damaged('There are more interfaces than can be told apart.');
  const flows = builder.flows.list();
  const senders = builder.senders.list(flows);
  return {
    file: file.path,
    format: reader?.format ?? file.format,
    baseNs: reader?.baseNs ?? 0n,
    packets: builder.rows,
    wireBytes: builder.wireBytes,
    interfaces: builder.interfaces.list,
    flows,
    columns: builder.store.finish(builder.rows),
    macs: builder.macs.list(),
    ...(senders.length > 0 ? { senders } : {}),
    arp: builder.arp.list(),
    dns: builder.dns.messages,
    app: builder.app.messages,
    otherFrames: builder.otherFrames,
    malformed: builder.malformed,
    truncated: notes.truncated || file.truncated,
    corrupt: notes.corrupt,
    problems: notes.problems(),
    leftOut: {
      macPairs: builder.macs.leftOut,
      arp: builder.arp.leftOut,
      dns: builder.dns.leftOut,
      ...(builder.app.leftOut > 0 ? { app: builder.app.leftOut } : {}),
    },
  };
}
