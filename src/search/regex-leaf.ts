import { RE2JS } from 're2js';
import { isMark, MARKS } from '../index-store/marks.js';
import type { Pattern } from '../index-store/types.js';
import { mayHoldCaseVariant, Sought } from '../index-store/sought.js';
import { requiredLiterals } from '../logs/prefilter/literals.js';
import type { BlockView } from './block-view.js';
import type { Leaf, PatternView } from './leaf.js';
import type { LineView } from './line-view.js';
import { LazyDfa, MATCHED, START } from './lazy-dfa.js';
import { PairWalk } from './pair-walk.js';
import { needleExpression } from './line-finder.js';
import { RegexFinder, type Places } from './regex-finder.js';
import { statesOf } from './regex-states.js';
import { skeletonOf } from './skeleton.js';
import { QueryError } from './tokens.js';
import { Trace } from './trace.js';
import { MAYBE, NO, YES, type Tri } from './tri.js';

/**
 * Expressions of plain characters, alternatives, groups, `.*` and `.+` alone. Where one matches a template, it matches
 * every line: a mark stands for one character or more, and only `.*` and `.+` pass over it.
 */
const SIMPLE =
  /^(?:[A-Za-z0-9 _/:;,"'=<>@#%&!~`-]\??|\\[-./:_"'|()[\]{}*+?$^\\]\??|\.[*+]|\||\((?:\?:)?|\)|\[[A-Za-z]+\])+$/;

/** A regular expression in RE2 syntax, found anywhere in the line, in time linear in its length. */
class RegexLeaf implements Leaf {
  readonly needs: readonly string[] | null;
  readonly words: readonly string[] = [];
  private readonly expression: RE2JS;
  private readonly sought: Sought | null;
  readonly caseVariants: boolean;
  readonly finder: RegexFinder | null;
  private readonly dfa: LazyDfa | null;
  private readonly exact: boolean;
  private readonly simple: boolean;
  private readonly walk: PairWalk | null;
  /** What the filters of a block must hold of each string. */
  private readonly traces: readonly Trace[] | null;

  /** Throws what RE2JS throws when the expression is malformed. */
  constructor(source: string, ignoreCase: boolean) {
    this.expression = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const { anyOf, ignoresCase } = requiredLiterals(source);
    this.caseVariants = ignoresCase || ignoreCase;
    this.needs = anyOf;
    this.sought = anyOf === null ? null : new Sought(anyOf);
    this.simple = SIMPLE.test(source);
    const states = statesOf(this.expression);
    const { steps, start, exact } = states ?? { steps: [], start: null, exact: false };
    this.exact = exact;
    this.dfa = start === null ? null : new LazyDfa(steps, start);
    this.walk = start === null ? null : new PairWalk(steps, start);
    const places = anyOf === null ? skeletonOf(steps, start ?? []) : placesOf(anyOf, this.caseVariants);
    this.finder = this.dfa === null ? null : new RegexFinder(this.dfa, places);
    this.traces = anyOf?.map((text) => new Trace(text, this.caseVariants)) ?? null;
  }

  pattern({ pattern, folded }: PatternView): Tri {
    const { template } = pattern;
    const isVariant = this.caseVariants && mayHoldCaseVariant(pattern);
    if (!isVariant && this.sought?.couldBeIn(folded, pattern) === false) return NO;
    if (!this.couldMatch(pattern)) return NO;
    if (!this.simple || template.endsWith(MARKS.tail)) return MAYBE;
    return this.expression.test(template) ? YES : MAYBE;
  }

  block(block: BlockView): boolean {
    return this.traces?.some((trace) => trace.inBlock(block)) ?? true;
  }

  tail(block: BlockView): boolean {
    if (this.traces?.some((trace) => trace.inTails(block)) === false) return false;
    const { pairs } = block;
    return pairs !== null && (this.walk?.canMatch(pairs) ?? true);
  }

  line(line: LineView): boolean {
    // Telling bytes apart is quicker than making a string of them.
    if (this.dfa !== null) {
      if (!line.mayMatch(this.dfa)) return false;
      if (this.exact && !this.dfa.gaveUp && line.isAscii) return true;
    }
    return this.expression.test(line.text);
  }

  /** Whether the expression can match some line of the pattern. Never wrong when it says no. */
  private couldMatch({ template, masks }: Pattern): boolean {
    if (this.dfa === null || template.endsWith(MARKS.tail)) return true;
    let state = START;
    let mark = 0;
    for (let at = 0; at < template.length && state !== MATCHED; at++) {
      const code = template.charCodeAt(at);
      // All characters beyond ASCII are alike to it.
      state = isMark(code)
        ? this.dfa.after(state, masks[mark++]!)
        : this.dfa.next(state, Math.min(code, 128));
    }
    return state === MATCHED;
  }
}

/** Lines that match hold one of the strings. */
function placesOf(needs: readonly string[], caseVariants: boolean): Places {
  return { ascii: needleExpression(needs, false), any: needleExpression(needs, caseVariants), begin: false };
}

/** The test of an expression. Throws QueryError that says what is wrong with it. */
export function regexLeaf(text: string, ignoreCase: boolean): Leaf {
  try {
    return new RegexLeaf(text, ignoreCase);
  } catch (error) {
    const { error: what, input } = error as { error?: unknown; input?: unknown };
    if (typeof what !== 'string') throw new QueryError((error as Error).message, null);
    const piece = typeof input === 'string' ? input : '';
    // Of a missing parenthesis the engine names the whole expression.
    if (piece === text)
      throw new QueryError(what, what === 'missing closing )' ? openParenthesis(text) : null);
    const at = piece === '' ? -1 : text.lastIndexOf(piece);
    throw new QueryError(piece === '' ? what : `${what}: ${piece}`, at < 0 ? null : at);
  }
}

/** Where the last ( stands that has no ); null when it cannot be told. */
function openParenthesis(text: string): number | null {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') open.push(at);
    else if (text[at] === ')') open.pop();
  }
  return open.at(-1) ?? null;
}
