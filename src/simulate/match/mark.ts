import type { RuleMatch } from '../../model/node.js';
import { assumeMark, markEquals } from '../mark.js';
import { type CompileMatch, MAYBE, NO, type Test, tri, undecidable } from './test.js';

/** Reads `0x4000/0x4000`; without a mask all bits count. Null when it is no mark. */
export function parseMark(word: string): { value: number; mask: number } | null {
  const m = /^(0x[0-9a-f]{1,8}|\d{1,10})(?:\/(0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(word);
  if (m === null) return null;
  return { value: Number(m[1]) >>> 0, mask: m[2] === undefined ? 0xffffffff : Number(m[2]) >>> 0 };
}

function markTest(match: RuleMatch, field: 'mark' | 'ctmark'): Test {
  const wanted = parseMark(match.args[0] ?? '');
  if (match.option !== 'mark' || wanted === null) return undecidable(match);
  const { value, mask } = wanted;
  return {
    why: `${field === 'mark' ? 'packet' : 'connection'} mark ${match.args[0]}`,
    run: (s) => {
      // A packet of no connection fails `-m connmark`, negated or not.
      if (field === 'ctmark' && (s.ctstate === 'INVALID' || s.ctstate === 'UNTRACKED')) return NO;
      const is = markEquals(s[field], value, mask);
      return is === null ? MAYBE : tri(is !== match.negated);
    },
    assume: (s, answer) => {
      s[field] = assumeMark(s[field], value, mask, answer !== match.negated);
    },
  };
}

export const mark: CompileMatch = ({ options }) => options.map((match) => markTest(match, 'mark'));
export const connmark: CompileMatch = ({ options }) => options.map((match) => markTest(match, 'ctmark'));
