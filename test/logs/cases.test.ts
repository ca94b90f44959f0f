import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { scanLogs } from '../../src/logs/scan.js';
import { logFiles } from '../../src/logs/sources.js';
import { scanLogFile } from '../../src/logs/task.js';
import type { Bundle } from '../../src/model/source.js';
import { bundleOf, query } from './helpers.js';

const CASES = process.env['EKS_NETCHECK_CASES'] ?? resolve(import.meta.dirname, '../../../shared/cases');

async function unpack(path: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const tar = extract();
  tar.on('entry', (header, stream, next) => {
    const parts: Buffer[] = [];
    stream.on('data', (part) => parts.push(part as Buffer));
    stream.on('end', () => {
      if (header.type === 'file') files.set(header.name.replace(/^\.\//, ''), Buffer.concat(parts));
      next();
    });
  });
  await pipeline(createReadStream(path), createGunzip(), tar);
  return files;
}

const NOISE = [
  query('panic:|goroutine \\d+ \\[running\\]', ['aws-node', 'containerd', 'kubelet']),
  query('nf_conntrack: table full', ['kernel', 'messages']),
  query('exceeded the supported maximum of 24', ['network-policy-agent']),
  query('DataStore has no available IP', ['ipamd']),
];

describe.skipIf(!existsSync(CASES))('the example cases (skipped: needs the example cases)', () => {
  const names = existsSync(CASES)
    ? readdirSync(CASES).filter((name) => existsSync(join(CASES, name, 'bundles')))
    : [];

  it.each(names)('%s', async (name) => {
    const folder = join(CASES, name, 'bundles');
    for (const archive of readdirSync(folder).filter((file) => file.endsWith('.tar.gz'))) {
      const files = await unpack(join(folder, archive));
      const stamp = /_(\d{4})-(\d\d)-(\d\d)_(\d\d)(\d\d)-UTC/.exec(archive)!.slice(1).map(Number);
      const collectedAt = Date.UTC(stamp[0]!, stamp[1]! - 1, stamp[2], stamp[3], stamp[4]);
      const bundle: Bundle = { ...bundleOf(Object.fromEntries(files)), collectedAt };
      const scan = await scanLogs([bundle], NOISE, scanLogFile, { limits: DEFAULT_LIMITS });
      const denied = [...files]
        .filter(([file]) => /aws-routed-eni\/network-policy-agent.*\.log$/.test(file))
        .flatMap(([, content]) => content.toString().split('\n'))
        .filter(
          (line) => line.includes('"msg":"Flow Info') && /Verdict:? DENY|"Verdict":"DENY"/.test(line),
        ).length;
      const counted = scan.verdicts.filter((v) => v.verdict === 'DENY').reduce((sum, v) => sum + v.count, 0);
      expect(counted).toBe(denied);
      // Everything with content tells its time, and none lies beyond the collection or long before it.
      const silent = scan.files.filter(
        (file) => file.first === null && file.lines > 0 && file.source !== 'other',
      );
      expect(silent.map((file) => file.file)).toEqual([]);
      const times = scan.files.flatMap((file) => [file.first, file.last]).filter((time) => time !== null);
      expect(Math.max(...times)).toBeLessThan(collectedAt + 3_600_000);
      expect(Math.min(...times)).toBeGreaterThan(collectedAt - 30 * 86_400_000);
      for (const record of [...scan.matches.values()].flat().flatMap((match) => match.records)) {
        expect(files.get(record.file)!.toString().split('\n')[record.line - 1]).toBe(record.text);
      }
      const paths = logFiles(bundle).map((log) => log.file.name);
      expect(paths.filter((path) => /^var_log\/[^/]+-[0-9a-f]{64}\.log$/.test(path))).toEqual([]);
    }
  });
});
