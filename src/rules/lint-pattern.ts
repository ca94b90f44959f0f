import type { Pattern } from './pattern.js';

/** Messages of healthy programs that have no words in common: a pattern that finds them all finds everything. */
const HEALTHY = [
  'Starting HTTP server on port 9153',
  'reconcile loop complete, 14 addresses held',
  'eth1: link becomes ready',
  'Synced 27 iptables chains in 35ms',
  'Handler OK for GET /healthz 200',
];

/** Words that stand in messages of every kind, harmless ones too (`error="<nil>"`, `0 failed`). */
const COMMON = [
  'error',
  'err',
  'fail',
  'failed',
  'failure',
  'warn',
  'warning',
  'timeout',
  'denied',
  'drop',
  'dropped',
  'refused',
  'invalid',
  'unable',
];

/** What makes a pattern match too much; null when it asks for something of its own. */
export function breadthOf(pattern: Pattern): string | null {
  if (pattern.test('')) return 'the pattern matches every line';
  if (HEALTHY.every((message) => pattern.test(message))) return 'the pattern matches nearly every line';
  const word = COMMON.find((one) => [one, one.toUpperCase()].some((text) => pattern.test(text)));
  return word === undefined
    ? null
    : `the pattern matches the mere word "${word}", which harmless lines hold too: ask for the words around it`;
}

/** `a^b` and `a$b`: an anchor in the middle, so that no single line can match. */
export function misplacedAnchor(pattern: string): string | null {
  if (/\(\?[a-zA-Z]*m/.test(pattern)) return null;
  const plain = pattern
    .replace(/\\./g, '_')
    .replace(/\[\^?\]?[^\]]*\]/g, '_')
    .replace(/\(\?(?:P?<\w+>|[a-zA-Z]*:)/g, '(');
  if (/[^(|^]\^/.test(plain)) return 'the pattern never matches, `^` stands behind other text';
  if (/\$[^)|$]/.test(plain)) return 'the pattern never matches, `$` stands before other text';
  return null;
}
