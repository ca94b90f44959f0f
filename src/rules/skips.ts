import type { SkippedRule } from '../model/rule.js';

/** Collects why one rule was not decided, and on which nodes. */
export class Skips {
  readonly #reasons = new Map<string | null, Set<string>>();

  constructor(
    readonly rule: string,
    /** True when the run has several nodes, so that a reason has to say which. */
    readonly naming: boolean,
  ) {}

  add(node: string | null, reasons: readonly string[]): void {
    const known = this.#reasons.get(node) ?? new Set<string>();
    for (const reason of reasons) known.add(reason);
    this.#reasons.set(node, known);
  }

  /** One entry when all `scopes` places were skipped for the same reason, else one per node. */
  entries(scopes: number): SkippedRule[] {
    const list = [...this.#reasons].map(([node, reasons]) => ({ node, reason: [...reasons].join('; ') }));
    const [first] = list;
    if (first === undefined) return [];
    if (list.length >= scopes && list.every(({ reason }) => reason === first.reason)) {
      return [{ rule: this.rule, reason: first.reason, node: null }];
    }
    return list.map(({ node, reason }) => ({
      rule: this.rule,
      reason: node === null || !this.naming ? reason : `${node}: ${reason}`,
      node,
    }));
  }
}
