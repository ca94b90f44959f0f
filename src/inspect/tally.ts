import type { CheckClass, CheckExample, CheckFlow, CheckMeta, CheckPart, CheckResult } from './types.js';

/** A kind of a check's count: how bad it is, and what it means in one or two sentences. */
export interface PartMeaning {
  readonly class: CheckClass;
  readonly means: string;
}

/** Worst first. */
export const SEVERITY: Readonly<Record<CheckClass, number>> = {
  fault: 0,
  suspicious: 1,
  information: 2,
  normal: 3,
};
const MAX_EXAMPLES = 5;
const MAX_FLOWS = 10;
const MAX_PAIRS = 10_000;

interface Counted {
  count: number;
  readonly examples: CheckExample[];
}

interface Pair {
  readonly protocol: string;
  readonly src: string;
  readonly dst: string;
  count: number;
}

/** Counts what a check finds, by part, with a few examples and the ends it happens between. */
export class Tally<Part extends string> {
  private readonly counted = new Map<Part, Counted>();
  private readonly pairs = new Map<string, Pair>();
  private pairsLeftOut = 0;

  constructor(private readonly meanings: Readonly<Record<Part, PartMeaning>>) {}

  /** Counts `n` of a part; the example is made only when it is kept. */
  add(part: Part, example: (() => CheckExample) | null = null, n = 1): void {
    let entry = this.counted.get(part);
    if (entry === undefined) this.counted.set(part, (entry = { count: 0, examples: [] }));
    entry.count += n;
    if (example !== null && entry.examples.length < MAX_EXAMPLES) entry.examples.push(example());
  }

  /** Counts `n` between a client and a server; client ports are left away by the callers, so that pairs add up. */
  between(protocol: string, src: string, dst: string, n = 1): void {
    const key = `${protocol} ${src} ${dst}`;
    const known = this.pairs.get(key);
    if (known !== undefined) known.count += n;
    else if (this.pairs.size < MAX_PAIRS) this.pairs.set(key, { protocol, src, dst, count: n });
    else this.pairsLeftOut++;
  }

  count(part: Part): number {
    return this.counted.get(part)?.count ?? 0;
  }

  /**
   * @param of how many could have been counted
   * @param none what to say when nothing was counted although something was judged
   * @param more sentences after the parts' own
   */
  result(meta: CheckMeta, of: number, none: string, more: readonly string[] = []): CheckResult {
    const parts = this.parts();
    const { id, title, unit, threshold } = meta;
    const sentences = parts.map((p) => `${p.count} ${p.name}: ${this.meanings[p.name as Part].means}`);
    if (parts.length === 0)
      sentences.push(of === 0 ? `There are no ${unit} in this capture that could be judged.` : none);
    if (this.pairsLeftOut > 0)
      sentences.push(`${this.pairsLeftOut} pairs of ends found no place in the list.`);
    const flows = this.flows();
    return {
      id,
      title,
      class: parts[0]?.class ?? (of === 0 ? 'information' : 'normal'),
      count: parts.reduce((sum, p) => sum + p.count, 0),
      of,
      unit,
      threshold,
      explanation: [...sentences, ...more].join(' '),
      parts,
      examples: parts.flatMap((p) => this.counted.get(p.name as Part)!.examples).slice(0, MAX_EXAMPLES),
      ...(flows.length > 0 ? { flows } : {}),
    };
  }

  /** Worst first, then the most frequent. */
  private parts(): CheckPart[] {
    return [...this.counted]
      .map(([name, { count }]) => ({ name, class: this.meanings[name].class, count }))
      .filter((p) => p.count > 0)
      .sort(
        (a, b) => SEVERITY[a.class] - SEVERITY[b.class] || b.count - a.count || (a.name < b.name ? -1 : 1),
      );
  }

  private flows(): CheckFlow[] {
    return [...this.pairs.values()]
      .sort((a, b) => b.count - a.count || (`${a.src} ${a.dst}` < `${b.src} ${b.dst}` ? -1 : 1))
      .slice(0, MAX_FLOWS);
  }
}
