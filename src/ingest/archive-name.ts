/** What the name of a bundle's archive, or of the folder it was extracted to, tells. */
export interface ArchiveName {
  readonly instanceId: string | null;
  /** Milliseconds since the epoch UTC. */
  readonly collectedAt: number | null;
  readonly collectorVersion: string | null;
  /** `shell`: eks-log-collector.sh or .ps1; `agent`: the node monitoring agent. */
  readonly maker: 'shell' | 'agent' | null;
}

const NOTHING: ArchiveName = { instanceId: null, collectedAt: null, collectorVersion: null, maker: null };

/** EC2 instances, and managed instances of Systems Manager (hybrid nodes). */
const INSTANCE_ID = 'm?i-[0-9a-f]{17}|i-[0-9a-f]{8}';

/** `eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz`; `eks__…` where the instance id was not found. */
const LINUX = new RegExp(
  `(?:^|[^a-z])eks_(${INSTANCE_ID})?_(\\d{4})-(\\d\\d)-(\\d\\d)_(\\d\\d)(\\d\\d)-UTC(?:_(\\d+(?:\\.\\d+)+))?`,
);

/** `eks_i-0a1b2c3d4e5f67890_20240517T0931069658Z.zip`: hours, minutes, seconds, ten-thousandths. */
const WINDOWS = new RegExp(
  `(?:^|[^a-z])eks_(${INSTANCE_ID})?_(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)(\\d{0,4})Z`,
);

/** `eks_i-0a1b2c3d4e5f67890_3f2a1b4c-9d8e-4f7a-8b6c-1a2b3c4d5e6f.tar.gz` (SSM runbook), or cut short by hand. */
const OTHER = new RegExp(`(?:^|[^a-z])eks_(${INSTANCE_ID})(?![0-9a-f])`);

/** `ip-10-0-1-5.ec2.internal-logs.tar.gz` */
const AGENT = /^[a-z0-9][a-z0-9.-]*-logs(?:\.tar\.gz|\.tgz|\.tar)?$/;

/** Read a base name. Folders carry the same name, often without the ending. */
export function parseArchiveName(name: string): ArchiveName {
  const linux = LINUX.exec(name);
  if (linux !== null) {
    const [, id, year, month, day, hour, minute, version] = linux;
    return {
      instanceId: id ?? null,
      collectedAt: utc(year!, month!, day!, hour!, minute!),
      collectorVersion: version ?? null,
      maker: 'shell',
    };
  }
  const windows = WINDOWS.exec(name);
  if (windows !== null) {
    const [, id, year, month, day, hour, minute, second, fraction] = windows;
    const millis = fraction!.padEnd(3, '0').slice(0, 3);
    const collectedAt = utc(year!, month!, day!, hour!, minute!, second, millis);
    return { ...NOTHING, instanceId: id ?? null, collectedAt, maker: 'shell' };
  }
  const other = OTHER.exec(name);
  if (other !== null) return { ...NOTHING, instanceId: other[1]!, maker: 'shell' };
  return AGENT.test(name) && !name.startsWith('bottlerocket-logs') ? { ...NOTHING, maker: 'agent' } : NOTHING;
}

/** Null when the digits are no date. */
function utc(
  year: string,
  month: string,
  day: string,
  hour: string,
  minute: string,
  second = '00',
  millis = '000',
): number | null {
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`;
  const time = Date.parse(text);
  return Number.isNaN(time) || new Date(time).toISOString() !== text ? null : time;
}

/** The whole of `text` is an instance id. */
export function isInstanceId(text: string): boolean {
  return new RegExp(`^(?:${INSTANCE_ID})$`).test(text);
}

/** A base name as an id: endings of archives dropped, everything unusual replaced by `-`. */
export function sanitizedBaseName(name: string): string {
  const stem = name.replace(/\.(?:tar\.gz|tgz|tar|zip|gz)$/i, '').replace(/-logs$/, '');
  const clean = stem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '');
  return clean.slice(0, 64) || 'bundle';
}
