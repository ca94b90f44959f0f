import type { AnalysisDocument } from '../model/document.js';
import { AddressRedactor } from './addresses.js';
import { knownNames, type KnownNames } from './known-names.js';
import { ADDRESSES, PATTERNS } from './patterns.js';
import { Placeholders, type Kind } from './placeholders.js';

export interface RedactOptions {
  /** Words of the customer, found anywhere and whatever their case. */
  readonly words?: readonly string[];
  /** Private addresses too. */
  readonly privateAddresses?: boolean;
}

export interface Redacted {
  readonly document: AnalysisDocument;
  /** Placeholder to original. */
  readonly map: Record<string, string>;
}

/**
 * The document with account ids, ARNs, host names, ids of AWS resources, public addresses, tokens, secrets, mail
 * addresses and given words replaced by placeholders. All formats are rendered from it, so none holds an original.
 */
export function redactDocument(document: AnalysisDocument, options: RedactOptions = {}): Redacted {
  const names = new Placeholders();
  const redactor = new TextRedactor(names, options, knownNames(document));
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return redactor.redact(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, isFixed(k, v) ? v : walk(v)]));
  };
  const { rules, ...rest } = document;
  const redacted = walk(rest) as Omit<AnalysisDocument, 'rules'>;
  // Ids of rules are what findings and skipped rules refer to.
  const named = rules?.map((r) => ({ ...r, title: redactor.redact(r.title) }));
  return { document: { ...redacted, ...(named === undefined ? {} : { rules: named }) }, map: names.map() };
}

/** The verdict of a flow or a trail is one of a few words; that of a layer is prose that names nodes. */
function isFixed(key: string, value: unknown): boolean {
  return key === 'verdict' ? VERDICTS.has(value) : FIXED.has(key);
}

const VERDICTS: ReadonlySet<unknown> = new Set([
  ...['delivered', 'dropped', 'lossy', 'rejected', 'inconclusive'],
  ...['forwarded', 'undetermined'],
]);

/** Keys whose values are words of this program: a customer's word may be one of them and must not break the document. */
const FIXED = new Set([
  ...['category', 'confidence', 'severity', 'safety', 'segment', 'direction', 'traffic_path', 'drop_point'],
  ...[
    'type',
    'state',
    'point',
    'points',
    'outcome',
    'schema_version',
    'finding_ids',
    'evidence_ids',
    'protocol',
  ],
  ...['layer', 'result', 'level'],
  ...['time', 'first', 'last', 'start', 'collected_at', 'code', 'certainty', 'rule'],
]);

/** A stretch of text: still to be looked at, or a placeholder already. */
interface Piece {
  readonly text: string;
  readonly done: boolean;
}

/** Texts up to this long come again and again: addresses, reasons, names of files. */
const MAX_REMEMBERED = 300;

class TextRedactor {
  private readonly words: RegExp | null;
  private readonly known: readonly NameRedactor[];
  private readonly addresses: AddressRedactor;
  private readonly remembered = new Map<string, string>();

  constructor(
    private readonly names: Placeholders,
    options: RedactOptions,
    known: KnownNames,
  ) {
    this.words = anyOf((options.words ?? []).flatMap(spellings), 'gi', ['', '']);
    const whole = ['(?<![A-Za-z0-9])', '(?![A-Za-z0-9])'] as const;
    this.known = [
      new NameRedactor('role', known.roles, false, whole),
      new NameRedactor('host', known.hosts, true, whole),
      new NameRedactor('host', known.plainHosts, false, AS_NODE),
    ];
    this.addresses = new AddressRedactor(names, options.privateAddresses === true);
  }

  redact(text: string): string {
    if (text.length > MAX_REMEMBERED) return this.redacted(text);
    let out = this.remembered.get(text);
    if (out === undefined) this.remembered.set(text, (out = this.redacted(text)));
    return out;
  }

  private redacted(text: string): string {
    let pieces: readonly Piece[] = [{ text, done: false }];
    if (this.words !== null)
      pieces = replace(pieces, this.words, 0, (v) => this.names.of('word', v.toLowerCase()));
    for (const { kind, regex, group = 0, accept } of PATTERNS) {
      pieces = replace(pieces, regex, group, (v) => (accept?.(v) === false ? null : this.name(kind, v)));
      if (kind === 'arn')
        for (const known of this.known) {
          const regex = known.within(text);
          if (regex !== null) pieces = replace(pieces, regex, 0, (v) => this.name(known.kind, v));
        }
    }
    for (const { regex, plain } of ADDRESSES)
      pieces = replace(pieces, regex, 0, (v) => this.addresses.redact(plain(v)));
    return pieces.map((p) => p.text).join('');
  }

  private name(kind: Kind, value: string): string {
    return this.names.of(kind, value);
  }
}

/** Known names between what must stand before and after them. */
class NameRedactor {
  private readonly made = new Map<string, RegExp | null>();

  constructor(
    readonly kind: Kind,
    private readonly names: readonly string[],
    private readonly ignoresCase: boolean,
    private readonly around: readonly [string, string],
  ) {}

  /** An expression for those of the names that a text holds at all: one for all would try each at every place. */
  within(text: string): RegExp | null {
    const folded = this.ignoresCase ? text.toLowerCase() : text;
    const held = this.names.filter((n) => folded.includes(this.ignoresCase ? n.toLowerCase() : n));
    if (held.length === 0) return null;
    const key = held.join('\n');
    let regex = this.made.get(key);
    if (regex === undefined)
      this.made.set(key, (regex = anyOf(held.map(literal), this.ignoresCase ? 'gi' : 'g', this.around)));
    return regex;
  }
}

/** Where a plain word is the name of a node: alone, behind a word that says so, in brackets, as a folder. */
const AS_NODE = [
  String.raw`(?:(?<=^|/)|(?<=\b(?:on|node|Node|bundle|host|hostname) )|(?<=\b(?:[Nn]ode(?:Name)?|host(?:name)?)(?:\\{0,3}["'])?[=:] ?(?:\\{0,3}["'])?)|(?<=\()(?=[A-Za-z]+[):]))`,
  String.raw`(?=$|[\s:,;)/"'\\]|\.(?:\s|$))`,
] as const;

/** A word as it is typed, and as names of files have it: `Acme Shop`, `acme-shop`, `acme_shop`, `acme%20shop`. */
function spellings(word: string): string[] {
  const parts = (text: string): string =>
    text
      .split(/[\s_-]+/)
      .filter((part) => part !== '')
      .map(literal)
      .join('(?:[\\s_.+-]|%20)?');
  // Archives of other systems hold accented letters in two parts.
  return [...new Set([word.normalize('NFC'), word.normalize('NFD')])].flatMap((form) =>
    /[^\s_-]/.test(form) ? [parts(form)] : form === '' ? [] : [literal(form)],
  );
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Any of the expressions, the longest first, between what must stand before and after it. */
function anyOf(
  sources: readonly string[],
  flags: string,
  [before, after]: readonly [string, string],
): RegExp | null {
  if (sources.length === 0) return null;
  const sorted = [...sources].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return new RegExp(`${before}(?:${sorted.join('|')})${after}`, flags);
}

/** Replaces in what is not a placeholder yet; `null` leaves a match as it is. */
function replace(
  pieces: readonly Piece[],
  regex: RegExp,
  group: number,
  placeholder: (value: string) => string | null,
): Piece[] {
  return pieces.flatMap((piece) => {
    if (piece.done) return [piece];
    const out: Piece[] = [];
    let from = 0;
    for (const m of piece.text.matchAll(regex)) {
      const value = m[group];
      if (value === undefined || value === '') continue;
      const at = m.index + (group === 0 ? 0 : m[0].lastIndexOf(value));
      const name = placeholder(value);
      if (name === null || at < from) continue;
      out.push({ text: piece.text.slice(from, at), done: false }, { text: name, done: true });
      from = at + value.length;
    }
    out.push({ text: piece.text.slice(from), done: false });
    return out.filter((p) => p.text !== '');
  });
}
