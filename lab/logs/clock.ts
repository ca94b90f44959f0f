/** The story a node's logs tell, and the time formats in which its programs tell it. All times UTC. */
import { Random } from '../random.js';
import type { NodePlan, Plan, PodPlan } from '../types.js';

export interface Story {
  readonly plan: Plan;
  readonly node: NodePlan;
  readonly pods: readonly PodPlan[];
  readonly random: Random;
  readonly boot: Date;
  /** When the VPC CNI started. */
  readonly cniStart: Date;
  /** When the first pod got its network; the others follow three seconds apart. */
  readonly podsStart: Date;
  /** When the log collector ran. */
  readonly end: Date;
}

export function later(from: Date, seconds: number): Date {
  return new Date(from.getTime() + Math.round(seconds * 1000));
}

/** When the n-th pod of the node got its network. */
export function podStart(story: Story, index: number): Date {
  return later(story.podsStart, index * 3.3);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (n: number): string => String(n).padStart(2, '0');
const clock = (t: Date): string => t.toISOString().slice(11, 19);
const micros = (t: Date): string => `${String(t.getUTCMilliseconds()).padStart(3, '0')}417`;

/** zap's JSON line: `{"level":"info","ts":"2024-05-17T09:31:22.123Z","caller":"…","msg":"…"}` */
export function zap(t: Date, level: string, caller: string, msg: string): string {
  return JSON.stringify({ level, ts: t.toISOString(), caller, msg });
}

/** Journal without year: `May 17 09:31:22 host kubelet[2134]: text` */
export function journal(t: Date, host: string, unit: string, text: string): string {
  return `${MONTHS[t.getUTCMonth()]!} ${two(t.getUTCDate())} ${clock(t)} ${host} ${unit}: ${text}`;
}

/** Syslog: as the journal, but the day is padded with a space. */
export function syslog(t: Date, host: string, tag: string, text: string): string {
  return `${MONTHS[t.getUTCMonth()]!} ${String(t.getUTCDate()).padStart(2)} ${clock(t)} ${host} ${tag}: ${text}`;
}

/** klog: `I0517 09:31:22.123456    2134 file.go:32] text` */
export function klog(t: Date, level: 'I' | 'W' | 'E', pid: number, place: string, text: string): string {
  const stamp = `${level}${two(t.getUTCMonth() + 1)}${two(t.getUTCDate())} ${clock(t)}.${micros(t)}`;
  return `${stamp} ${String(pid).padStart(7)} ${place}] ${text}`;
}

/** Container log: `2024-05-17T09:31:22.123456789Z stderr F text` */
export function cri(t: Date, stream: 'stdout' | 'stderr', text: string): string {
  return `${t.toISOString().slice(0, 23)}417203Z ${stream} F ${text}`;
}

/** logrus with seconds: `time="2024-05-17T09:31:22Z" level=info msg="text"` */
export function logrus(t: Date, level: string, msg: string): string {
  return `time="${t.toISOString().slice(0, 19)}Z" level=${level} msg="${msg.replaceAll('"', '\\"')}"`;
}

/** containerd's logrus, with nanoseconds. */
export function logrusNano(t: Date, level: string, msg: string): string {
  return `time="${t.toISOString().slice(0, 23)}417203Z" level=${level} msg="${msg.replaceAll('"', '\\"')}"`;
}

/** `[12345.678901] text`, seconds since boot. */
export function dmesg(seconds: number, text: string): string {
  return `[${seconds.toFixed(6).padStart(12)}] ${text}`;
}

/** `[Fri May 17 09:31:22 2024] text` */
export function dmesgHuman(t: Date, text: string): string {
  const day = `${DAYS[t.getUTCDay()]!} ${MONTHS[t.getUTCMonth()]!} ${String(t.getUTCDate()).padStart(2)}`;
  return `[${day} ${clock(t)} ${t.getUTCFullYear()}] ${text}`;
}

export const join = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
