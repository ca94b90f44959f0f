/** Verdict lines of the VPC CNI's network policy agent, in every form the agent has written them. */
import type { PolicyVerdict } from '../model/logs.js';
import type { Pair } from './decode/json-line.js';
import type { DecodedLine } from './record.js';

/** One packet's verdict as one line tells it. */
export interface VerdictLine {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  /** TCP, UDP, SCTP, ICMP, RESERVED, `ANY PROTOCOL` or UNKNOWN. */
  readonly protocol: string;
  readonly verdict: PolicyVerdict['verdict'];
  readonly direction: PolicyVerdict['direction'];
  /** ADMIN, NETWORK_POLICY, BASELINE, DEFAULT or ERROR; null before agent 1.3. */
  readonly tier: string | null;
}

/**
 * The message of agents from 1.2.2 on; the tier from 1.3.0 on; with colons in IPv6 clusters:
 *
 *     Flow Info: Src IP: 10.0.1.9 Src Port: 43211 Dest IP: 10.0.2.7 Dest Port: 5432 Proto TCP Verdict DENY Direction egress
 *     Flow Info: … Dest Port: 5432 Proto TCP Verdict DENY Direction ingress, Tier NETWORK_POLICY
 *     Flow Info: … Dest Port: 5432 Proto: TCP Verdict: DENY Direction: ingress Tier: NETWORK_POLICY
 */
const TEXT =
  /^Flow Info:\s+Src IP:\s*(\S+)\s+Src Port:\s*(\d+)\s+Dest IP:\s*(\S+)\s+Dest Port:\s*(\d+)\s+Proto:?\s+([A-Za-z][\w-]*(?: [A-Za-z][\w-]*)?)\s+Verdict:?\s+(\S+)(?:\s+Direction:?\s+(ingress|egress))?,?(?:\s+Tier:?\s+(\S+))?\s*$/;

function parseVerdictText(message: string): VerdictLine | null {
  const match = TEXT.exec(message);
  if (match === null) return null;
  const [, src, sport, dst, dport, protocol, verdict, direction, tier] = match;
  return checked({ src, sport, dst, dport, protocol, verdict, direction, tier });
}

/**
 * The whole raw line in the form that agents from 1.2.2 on write. With flow logging on, nearly all lines of the agent
 * are of it, so it is read without decoding JSON; whatever differs in the least takes the general way.
 */
const RAW =
  /^\{"level":"(?:debug|info)","ts":"([0-9T:.Z+-]{20,35})",(?:"caller":"[\w./:-]+",)?"msg":"Flow Info: Src IP: ([0-9a-f.:]+) Src Port: (\d{1,5}) Dest IP: ([0-9a-f.:]+) Dest Port: (\d{1,5}) Proto:? ([A-Z]+) Verdict:? (DENY|ACCEPT) Direction:? (ingress|egress)(?:,? Tier:? ([A-Z_]+))?"\}$/;

export function parseVerdictRaw(text: string): { readonly line: VerdictLine; readonly ts: string } | null {
  const match = RAW.exec(text);
  if (match === null) return null;
  const [, ts, src, sport, dst, dport, protocol, verdict, direction, tier] = match;
  const line = checked({ src, sport, dst, dport, protocol, verdict, direction, tier });
  return line === null ? null : { line, ts: ts! };
}

/**
 * Agents up to 1.2.1 write the tuple as members beside the message `Flow Info:  `:
 *
 *     {"level":"info","ts":"…","logger":"ebpf-client","msg":"Flow Info:  ","Src IP":"10.0.1.9","Src Port":49880,
 *      "Dest IP":"10.0.2.7","Dest Port":6379,"Proto":"TCP","Verdict":"ACCEPT"}
 */
function parseVerdictPairs(pairs: readonly Pair[]): VerdictLine | null {
  const members = new Map(pairs);
  return checked({
    src: members.get('Src IP'),
    sport: members.get('Src Port'),
    dst: members.get('Dest IP'),
    dport: members.get('Dest Port'),
    protocol: members.get('Proto'),
    verdict: members.get('Verdict'),
    direction: members.get('Direction'),
    tier: members.get('Tier'),
  });
}

const EXPORT =
  /(?:^|\s)Node:\s*\S*?;\s*SIP:\s*([^;\s]+);\s*SPORT:\s*(\d+);\s*DIP:\s*([^;\s]+);\s*DPORT:\s*(\d+);\s*PROTOCOL:\s*([^;]+?);\s*PolicyVerdict:\s*([^;\s]+)(?:;\s*Direction:\s*(ingress|egress))?(?:;\s*Tier:\s*([^;\s]+))?;?\s*$/;

/**
 * The form in CloudWatch, often behind the export's own time:
 *
 *     Node: ip-10-0-1-5.ec2.internal;SIP: 10.0.1.9;SPORT: 43211;DIP: 10.0.2.7;DPORT: 5432;PROTOCOL: TCP;PolicyVerdict: DENY;Tier: DEFAULT
 */
function parseVerdictExport(message: string): VerdictLine | null {
  const match = EXPORT.exec(message);
  if (match === null) return null;
  const [, src, sport, dst, dport, protocol, verdict, direction, tier] = match;
  return checked({ src, sport, dst, dport, protocol, verdict, direction, tier });
}

type Raw = Record<
  'src' | 'sport' | 'dst' | 'dport' | 'protocol' | 'verdict' | 'direction' | 'tier',
  string | undefined
>;

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*(?:\.\d{1,3}){0,3})$/i;

function checked(raw: Raw): VerdictLine | null {
  const { src, dst, protocol, verdict } = raw;
  if (src === undefined || dst === undefined || protocol === undefined) return null;
  if (verdict !== 'DENY' && verdict !== 'ACCEPT' && verdict !== 'EXPIRED/DELETED') return null;
  const [sport, dport] = [port(raw.sport), port(raw.dport)];
  if (sport < 0 || dport < 0 || src.length > 64 || dst.length > 64 || protocol.length > 32) return null;
  if (!ADDRESS.test(src) || !ADDRESS.test(dst)) return null;
  const direction = raw.direction === 'ingress' || raw.direction === 'egress' ? raw.direction : null;
  const tier = raw.tier === undefined || raw.tier.length > 32 ? null : raw.tier;
  return { src: src.toLowerCase(), sport, dst: dst.toLowerCase(), dport, protocol, verdict, direction, tier };
}

function port(text: string | undefined): number {
  const value = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return value <= 65_535 ? value : -1;
}

/** The verdict a record tells, if it is one: its message must start with `Flow Info`, or be an exported tuple. */
export function verdictOf(line: DecodedLine): VerdictLine | null {
  const { message, body } = line;
  if (message.startsWith('Flow Info')) {
    return parseVerdictText(message) ?? (body.pairs.length > 0 ? parseVerdictPairs(body.pairs) : null);
  }
  return body.family === 'TEXT' ? parseVerdictExport(message) : null;
}

/**
 * From the view of the pod whose probe wrote the line: `egress` leaves it, `ingress` enters it. Lines of agents up to
 * 1.2.1 do not say; the end that is a pod of this node decides, and two or none leave it open.
 */
export function directionOf(line: VerdictLine, podIps: ReadonlySet<string>): PolicyVerdict['direction'] {
  if (line.direction !== null) return line.direction;
  const [fromHere, toHere] = [podIps.has(line.src), podIps.has(line.dst)];
  if (fromHere === toHere) return null;
  return fromHere ? 'egress' : 'ingress';
}

/** Start of the ports that clients take on Linux; servers listen below it. */
const EPHEMERAL = 32_768;

/** A server's port as source and a client's as destination: answers, not requests. */
export function looksLikeReturn(line: VerdictLine): boolean {
  return line.sport > 0 && line.sport < EPHEMERAL && line.dport >= EPHEMERAL;
}
