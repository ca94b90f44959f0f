/** What makes a line look like trouble from its bytes; its level is decided when it is decoded. */
import type { LogLevel, LogSource, TroubleLevel } from '../model/logs.js';

/** Beginnings of the names of levels from `warn` on: more would make the search for them slower, and no surer. */
const NAMES = ['w', 'e', 'crit', 'f', 'p', 'dp'];
/** zap and other JSON, also inside the JSON of docker; logrus; seelog and CoreDNS. */
const LEVELS: readonly string[] = [
  ...['"level":"', '"level": "', 'level\\":\\"', 'level='].flatMap((key) => NAMES.map((name) => key + name)),
  ...['[error]', '[warn', '[crit', '[fatal]'],
];
/** Letter and first digit of the month of klog's header: at the start of a line, or behind journal, CRI and docker. */
const KLOG: readonly string[] = ['\n', ': ', 'stdout f ', 'stderr f ', '"log":"'].flatMap((before) =>
  ['e0', 'e1', 'w0', 'w1', 'f0', 'f1'].map((head) => before + head),
);
/** Logs whose lines often have no level: there, words tell. */
const WITHOUT_LEVELS: ReadonlySet<LogSource> = new Set<LogSource>([
  ...(['kernel', 'messages', 'nodeadm', 'aws-node', 'other-pod', 'other'] as const),
]);
const TROUBLE_WORDS: readonly string[] = [
  ...[
    'error',
    'fail',
    'panic',
    'refused',
    'unreachable',
    'timed out',
    'timeout',
    'dropping',
    'out of memory',
  ],
  ...['table full', 'martian', 'segfault', 'watchdog', 'link is not ready', 'link is down'],
];

/** Needles, found whatever their case; a line end stands for the start of a line. */
export function troubleNeedles(source: LogSource): readonly string[] {
  return [...LEVELS, ...KLOG, ...(WITHOUT_LEVELS.has(source) ? TROUBLE_WORDS : [])];
}

/** The worst first. */
export const TROUBLE_LEVELS: readonly TroubleLevel[] = ['fatal', 'error', 'warn', null];

/** The level of a decoded line that held a needle; undefined where it is no trouble. */
export function troubleLevel(level: LogLevel, source: LogSource): TroubleLevel | undefined {
  if (level === null) return WITHOUT_LEVELS.has(source) ? null : undefined;
  return TROUBLE_LEVELS.find((one) => one === level);
}
