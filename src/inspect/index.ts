/** Single-capture checks: statistics and anomalies of one capture, without any other point or bundle. */
import type { CaptureTable } from '../model/capture.js';
import { weighAbsence } from './absence.js';
import { ALL_CHECKS } from './checks/index.js';
import { InspectContext } from './context.js';
import { linkTypeName } from './link-types.js';
import type { CaptureReport, CheckMeta } from './types.js';

export type {
  CaptureReport,
  CheckClass,
  CheckExample,
  CheckFlow,
  CheckMeta,
  CheckPart,
  CheckResult,
} from './types.js';

/** What each check is called, from when on it counts, and what of it is normal; in the order of reports. */
export const CHECKS: readonly CheckMeta[] = ALL_CHECKS.map(({ id, title, unit, threshold, normal }) => ({
  id,
  title,
  unit,
  threshold,
  normal,
}));

/** Judges one capture. Pure, linear in packets; every check answers, also when there was nothing to judge. */
export function inspectCapture(table: CaptureTable): CaptureReport {
  const x = new InspectContext(table);
  const empty = table.packets === 0;
  const told = table.interfaces.filter((i) => i.droppedByKernel !== null);
  return {
    file: table.file,
    format: table.format,
    packets: table.packets,
    bytes: table.wireBytes,
    first: empty ? null : x.time(x.first),
    last: empty ? null : x.time(x.last),
    duration_seconds: (x.last - x.first) / 1e9,
    link_types: [...new Set(table.interfaces.map((i) => linkTypeName(i.linkType)))],
    interfaces: table.interfaces.map((i, n) => ({
      name: i.name ?? (i.ifIndex === null ? `number ${n}` : `index ${i.ifIndex}`),
      packets: i.packets,
    })),
    flows: table.flows.length,
    dropped_by_kernel: told.length === 0 ? null : told.reduce((sum, i) => sum + i.droppedByKernel!, 0),
    truncated: table.truncated,
    corrupt: table.corrupt,
    checks: ALL_CHECKS.map((check) => weighAbsence(check.run(x), x)),
  };
}
