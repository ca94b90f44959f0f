/** Typed definition of facts: the compiler checks that every instance carries exactly the declared fields. */
import type { EvidenceItem, FactResult, FactValue } from '../../model/rule.js';
import type { NodeFacts } from '../../model/node.js';
import type { FactContext, FactDefinition } from '../types.js';

export type FieldSpec<T extends 'string' | 'number' | 'boolean' = 'string' | 'number' | 'boolean'> = {
  readonly type: T;
  readonly about: string;
  readonly values?: readonly string[];
};
export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

/** A text, or null when it does not apply or is not known. */
export const text = (about: string): FieldSpec<'string'> => ({ type: 'string', about });
/** A text that is one of `values`, or null: rules that ask for another are refused at load. */
export const oneOf = (values: readonly string[], about: string): FieldSpec<'string'> => ({
  type: 'string',
  about,
  values,
});
/** A number, or null when it is not known. */
export const number = (about: string): FieldSpec<'number'> => ({ type: 'number', about });
/** Yes or no, or null when it cannot be decided. */
export const flag = (about: string): FieldSpec<'boolean'> => ({ type: 'boolean', about });

interface Values {
  string: string | null;
  number: number | null;
  boolean: boolean | null;
}
export type FieldValues<F extends FieldSpecs> = { readonly [K in keyof F]: Values[F[K]['type']] };

export interface Instance<F extends FieldSpecs> {
  readonly node: string | null;
  readonly fields: FieldValues<F>;
  readonly evidence: readonly EvidenceItem[];
}

export type Computed<F extends FieldSpecs> =
  | { readonly known: true; readonly instances: readonly Instance<F>[] }
  | { readonly known: false; readonly reason: string };

/** `FactDefinition` with its fields' types kept, so that tests and other facts can use them. */
export interface TypedFact<F extends FieldSpecs> extends FactDefinition {
  readonly fields: F;
  readonly compute: (context: FactContext) => Computed<F> & FactResult;
}

export function defineFact<F extends FieldSpecs>(definition: {
  readonly name: string;
  readonly description: string;
  readonly fields: F;
  readonly compute: (context: FactContext) => Computed<F>;
}): TypedFact<F> {
  // Field values are FactValue by construction; the mapped type is too wide for the compiler to see it.
  return definition as TypedFact<F>;
}

export const known = <F extends FieldSpecs>(instances: readonly Instance<F>[]): Computed<F> => ({
  known: true,
  instances,
});

export const unknown = (reason: string): { readonly known: false; readonly reason: string } => ({
  known: false,
  reason,
});

/**
 * Instances of every node whose inputs are there. Unknown only when no node has them: a node without them is
 * then skipped by the rule's `needs`, not by this.
 */
export function perNode<F extends FieldSpecs>(
  context: FactContext,
  what: string,
  available: (node: NodeFacts) => boolean,
  instances: (node: NodeFacts) => readonly Instance<F>[],
): Computed<F> {
  const nodes = context.nodes.filter(available);
  if (nodes.length === 0) {
    return unknown(context.nodes.length === 0 ? 'no bundle was given' : `${what} not collected`);
  }
  return known(nodes.flatMap(instances));
}

export type { FactValue };
