import type { VariantNode } from './node.js';

/** One healthy node's bundle, changed in one way. */
export interface Variant {
  readonly name: string;
  readonly kind: 'fault' | 'near-miss';
  /** What is changed and why that is, or is not, a fault. */
  readonly why: string;
  /** Causes (names of the cases' truth) that some finding must state, at any severity. */
  readonly expected: readonly string[];
  /** Exactly the rules that report medium or worse. */
  readonly severe: readonly string[];
  edit(node: VariantNode): void;
}

export type Fault = Omit<Variant, 'kind'>;
export type NearMiss = Omit<Variant, 'kind' | 'expected' | 'severe'>;

export const fault = (f: Fault): Variant => ({ ...f, kind: 'fault', edit: (node) => f.edit(node) });

export const nearMiss = (n: NearMiss): Variant => ({
  ...n,
  kind: 'near-miss',
  expected: [],
  severe: [],
  edit: (node) => n.edit(node),
});
