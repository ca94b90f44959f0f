import { readPattern, Unsupported, type Node } from './regex-reader.js';

/** Strings each of which proves by its presence that a pattern matches, so that a native search can answer for it. */
export interface SureTexts {
  readonly texts: readonly string[];
  /** Nothing else matches: a text without any of them does not match. */
  readonly complete: boolean;
}

const NONE: SureTexts = { texts: [], complete: false };
const MAX_TEXTS = 16;

/**
 * The branches of a pattern that are nothing but text, written out. Of `IP pool stats|(nf|ip)_conntrack|reply: .*ok`
 * they are `IP pool stats`, `nf_conntrack` and `ip_conntrack`, and not complete. None where letter case does not count.
 */
export function sureTexts(pattern: string): SureTexts {
  try {
    const { root, ignoresCase } = readPattern(pattern);
    if (ignoresCase) return NONE;
    const branches = root.kind === 'either' ? root.branches : [root];
    const written = branches.map(textsOf);
    const texts = [...new Set(written.flatMap((of) => of ?? []))];
    if (texts.length > MAX_TEXTS) return NONE;
    return { texts, complete: written.every((of) => of !== null) };
  } catch (error) {
    if (error instanceof Unsupported) return NONE;
    throw error;
  }
}

/** All texts the node matches; null when it matches others too, or depends on its place. */
function textsOf(node: Node): readonly string[] | null {
  switch (node.kind) {
    case 'char':
      return node.char >= ' ' && node.char <= '~' ? [node.char] : null;
    case 'set':
      return node.chars;
    case 'concat':
      return node.parts.reduce<readonly string[] | null>((heads, part) => join(heads, textsOf(part)), ['']);
    case 'either': {
      const all = node.branches.map(textsOf);
      return all.includes(null) ? null : bounded(all.flatMap((texts) => texts ?? []));
    }
    case 'repeat': {
      if (node.max !== 1) return null;
      const body = textsOf(node.body);
      return body === null || node.min === 1 ? body : bounded(['', ...body]);
    }
    case 'any':
    case 'empty':
      return null;
  }
}

function join(heads: readonly string[] | null, tails: readonly string[] | null): readonly string[] | null {
  if (heads === null || tails === null || heads.length * tails.length > MAX_TEXTS) return null;
  return heads.flatMap((head) => tails.map((tail) => head + tail));
}

function bounded(texts: readonly string[]): readonly string[] | null {
  return texts.length > MAX_TEXTS ? null : texts;
}
