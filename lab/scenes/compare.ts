/** What the single-capture checks say of a scene, next to what they should. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readCapture } from '../../src/capture/read.js';
import { inspectCapture, type CaptureReport } from '../../src/inspect/index.js';
import type { Scene } from './scene.js';

const SIDES = ['client', 'server'] as const;

/** Departures in words; empty when the checks say exactly what they should. */
export async function inspectScene(scene: Scene, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const side of SIDES) {
    const report = await inspectFile(join(folder, `${scene.name}-${side}.pcap`));
    if (report.packets === 0) found.push(`${side}: the capture is empty`);
    const wanted = scene[side] ?? {};
    const alarms = Object.fromEntries(
      report.checks.filter((c) => ['fault', 'suspicious'].includes(c.class)).map((c) => [c.id, c.class]),
    );
    for (const id of new Set([...Object.keys(wanted), ...Object.keys(alarms)]))
      if (wanted[id] !== alarms[id])
        found.push(`${side}: ${id} is ${describe(report, id)}, not ${wanted[id] ?? 'silent'}`);
    for (const id of side === 'client' ? (scene.sees ?? []) : [])
      if (report.checks.find((c) => c.id === id)?.count === 0) found.push(`${side}: ${id} saw nothing`);
  }
  return found;
}

async function inspectFile(path: string): Promise<CaptureReport> {
  const { size } = statSync(path);
  return inspectCapture(
    await readCapture({ file: { path, spool: path, size, format: 'pcap', gzip: false, truncated: false } }),
  );
}

function describe(report: CaptureReport, id: string): string {
  const check = report.checks.find((c) => c.id === id);
  if (check === undefined) return 'unknown';
  const parts = check.parts.map((p) => `${p.count} ${p.name} (${p.class})`).join(', ');
  return `${check.class} [${parts || 'nothing'} of ${check.of} ${check.unit}]`;
}
