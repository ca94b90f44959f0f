import type { RuleMatch } from '../model/node.js';

/** What stands behind the destination column of `iptables -n -v -L`. */
export interface Extra {
  readonly matches: RuleMatch[];
  readonly targetOptions: Map<string, readonly string[]>;
  readonly goto: boolean;
  readonly comment: string | null;
}

interface Draft {
  readonly matches: RuleMatch[];
  readonly targetOptions: Map<string, readonly string[]>;
  readonly comments: string[];
  readonly target: string | null;
  goto: boolean;
  instance: number;
}

type Reader = readonly [RegExp, (m: RegExpExecArray, draft: Draft) => void];

/** How each match and target of an EKS node prints itself. Tried in order at the start of what is left. */
const READERS: readonly Reader[] = [
  [/^\[goto\] ?/, (_, d) => void (d.goto = true)],
  [
    /^\/\* (.*?) \*\//,
    (m, d) => {
      d.comments.push(m[1]!);
      test(d, 'comment', ['comment', m[1]!]);
    },
  ],
  [/^(! )?ctstate (\S+)/, (m, d) => test(d, 'conntrack', ['ctstate', m[2]!], m[1] !== undefined)],
  [/^(! )?state (\S+)/, (m, d) => test(d, 'state', ['state', m[2]!], m[1] !== undefined)],
  [
    /^(conn)?mark match\s+(! ?)?(0x[0-9a-f]+(?:\/0x[0-9a-f]+)?)/i,
    (m, d) => test(d, m[1] === undefined ? 'mark' : 'connmark', ['mark', m[3]!], m[2] !== undefined),
  ],
  [
    /^multiport (dports|sports|ports) +(! ?)?(\S+)/,
    (m, d) => test(d, 'multiport', [m[1]!, m[3]!], m[2] !== undefined),
  ],
  [/^ADDRTYPE match((?: (?:(?:src|dst)-type !?\S+|limit-in|limit-out))+)/, addressTypes],
  [/^statistic mode (random) probability (\S+)/, (m, d) => statistic(d, 'random', ['probability', m[2]!])],
  [
    /^statistic mode (nth) every (\d+)(?: packet (\d+))?/,
    (m, d) => statistic(d, 'nth', ['every', m[2]!], ['packet', m[3] ?? '0']),
  ],
  [/^(! )?match-set (\S+) (\S+)/, (m, d) => test(d, 'set', ['match-set', m[2]!, m[3]!], m[1] !== undefined)],
  [/^(tcp|udp|sctp|dccp)((?: (?:(?:spts?|dpts?):!?[\d:]+|flags:!?0x[0-9a-f]+\/0x[0-9a-f]+))+)/i, ports],
  [/^(! )?(?:ipv6-)?icmp(?:v6)? ?type (\d+)(?: code (\d+))?/, icmp],
  [/^icmp(?:v6)?type (\d+)(?: code (\d+))?/, icmp],
  [/^nfacct-name\s+(\S+)/, (m, d) => test(d, 'nfacct', ['nfacct-name', m[1]!])],
  [/^reject-with (\S+)/, (m, d) => void d.targetOptions.set('reject-with', [m[1]!])],
  [/^to:(\S+)/, (m, d) => void d.targetOptions.set(natOption(d.target), [m[1]!])],
  [/^(?:redir|masq) ports:? (\S+)/, (m, d) => void d.targetOptions.set('to-ports', [m[1]!])],
  [/^(random-fully|random|persistent)\b/, (m, d) => void d.targetOptions.set(m[1]!, [])],
  [/^(?:CONN)?MARK (xset|set|or|and|xor) (0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?/i, setMark],
  [/^CONNMARK (restore|save)(?: mask (0x[0-9a-f]+))?/i, saveMark],
  [/^LOG(?: flags \S+)?(?: level \S+)?(?: prefix (".*?"|`.*?'))?/, () => undefined],
  [/^(?:CT )?notrack/i, (_, d) => void d.targetOptions.set('notrack', [])],
  [/^(tcp|udp|sctp|icmp)(?= |$)/, (m, d) => test(d, m[1]!, [''])],
];

/** Reads the extra column. What it does not know becomes a match of module `unknown`, so that nothing is lost. */
export function readExtra(text: string, target: string | null): Extra {
  const draft: Draft = {
    matches: [],
    targetOptions: new Map(),
    comments: [],
    target,
    goto: false,
    instance: 0,
  };
  let rest = text;
  while (rest !== '') {
    let taken = 0;
    for (const [pattern, read] of READERS) {
      const m = pattern.exec(rest);
      if (m === null || m[0] === '') continue;
      read(m, draft);
      taken = m[0].length;
      break;
    }
    if (taken === 0) {
      test(draft, 'unknown', ['text', rest.slice(0, 256)]);
      break;
    }
    rest = rest.slice(taken).trimStart();
  }
  const { matches, targetOptions, goto, comments } = draft;
  return { matches, targetOptions, goto, comment: comments.length === 0 ? null : comments.join(' ') };
}

function test(draft: Draft, module: string, [option, ...args]: string[], negated = false): void {
  draft.matches.push({ module, option: option!, negated, args, instance: draft.instance });
  draft.instance += 1;
}

function together(draft: Draft, module: string, options: { words: string[]; negated: boolean }[]): void {
  for (const { words, negated } of options) {
    const [option, ...args] = words;
    draft.matches.push({ module, option: option!, negated, args, instance: draft.instance });
  }
  draft.instance += 1;
}

function statistic(draft: Draft, mode: string, ...rest: string[][]): void {
  together(
    draft,
    'statistic',
    [['mode', mode], ...rest].map((words) => ({ words, negated: false })),
  );
}

function addressTypes(m: RegExpExecArray, draft: Draft): void {
  const options = [...m[1]!.matchAll(/(src|dst)-type (!)?(\S+)|limit-(in|out)/g)].map((o) =>
    o[4] === undefined
      ? { words: [`${o[1]}-type`, o[3]!], negated: o[2] !== undefined }
      : { words: [`limit-iface-${o[4]}`], negated: false },
  );
  together(draft, 'addrtype', options);
}

function ports(m: RegExpExecArray, draft: Draft): void {
  const options = [...m[2]!.matchAll(/(spts?|dpts?|flags):(!)?(\S+)/g)].map((o) => {
    const negated = o[2] !== undefined;
    if (o[1] === 'flags') return { words: ['tcp-flags', ...o[3]!.split('/').map(flagNames)], negated };
    return { words: [o[1]!.startsWith('s') ? 'sport' : 'dport', o[3]!], negated };
  });
  together(draft, m[1]!, options);
}

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function flagNames(hex: string): string {
  const bits = Number(hex);
  const names = FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return names.length === 0 ? 'NONE' : names.join(',');
}

function icmp(m: RegExpExecArray, draft: Draft): void {
  const [type, code] = m.length === 4 ? [m[2], m[3]] : [m[1], m[2]];
  const negated = m.length === 4 && m[1] !== undefined;
  test(draft, 'icmp', ['icmp-type', code === undefined ? type! : `${type}/${code}`], negated);
}

function natOption(target: string | null): string {
  if (target === 'DNAT') return 'to-destination';
  if (target === 'SNAT') return 'to-source';
  return target === 'NETMAP' ? 'to' : 'to-ports';
}

/** Every way to set a mark, as `--set-xmark VALUE/MASK`: (mark AND NOT mask) XOR value. */
function setMark(m: RegExpExecArray, draft: Draft): void {
  const value = Number(m[2]);
  const pairs: Record<string, [number, number]> = {
    or: [value, value],
    xor: [value, 0],
    and: [0, ~value >>> 0],
    set: [value, m[3] === undefined ? 0xffffffff : (Number(m[3]) | value) >>> 0],
    xset: [value, m[3] === undefined ? 0xffffffff : Number(m[3])],
  };
  const pair = pairs[m[1]!.toLowerCase()]!;
  draft.targetOptions.set('set-xmark', [pair.map((n) => `0x${n.toString(16)}`).join('/')]);
}

function saveMark(m: RegExpExecArray, draft: Draft): void {
  const mask = m[2] ?? '0xffffffff';
  draft.targetOptions.set(`${m[1]!.toLowerCase()}-mark`, []);
  draft.targetOptions.set('nfmask', [mask]);
  draft.targetOptions.set('ctmask', [mask]);
}
