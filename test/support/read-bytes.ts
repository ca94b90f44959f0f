import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCapture, type ReadCaptureInput } from '../../src/capture/read.js';
import type { CaptureTable } from '../../src/model/capture.js';

/** Writes the bytes to a temporary file and reads them as a capture. */
export async function readBytes(
  content: Uint8Array,
  options: Omit<ReadCaptureInput, 'file'> = {},
): Promise<CaptureTable> {
  const folder = mkdtempSync(path.join(tmpdir(), 'netcheck-test-'));
  const spool = path.join(folder, 'test.pcap');
  try {
    writeFileSync(spool, content);
    return await readCapture({
      file: { path: 'test.pcap', spool, size: content.length, format: 'pcap', gzip: false, truncated: false },
      ...options,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
