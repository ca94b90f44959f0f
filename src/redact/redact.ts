import type { AnalysisDocument } from '../model/document.js';
import { AddressRedactor } from './addresses.js';
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
  const redactor = new TextRedactor(names, options, knownHosts(document));
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

/** Words that stand in every report: a node or cluster of that name stays as it is. */
const PLAIN_WORDS = new Set([
  ...['default', 'main', 'local', 'localhost', 'node', 'nodes', 'cluster', 'source', 'destination', 'bundle'],
  ...[
    'bundles',
    'pod',
    'eks',
    'aws',
    'vpc',
    'src',
    'dst',
    'table',
    'route',
    'host',
    'eth0',
    'kernel',
    'linux',
  ],
]);

/** Names of nodes and clusters, which no pattern finds. */
function knownHosts(d: AnalysisDocument): string[] {
  const given = d.coverage.bundles.flatMap((b) => [b.identity['hostname'], b.identity['cluster_name']]);
  // Ids of instances have their own pattern; the name of an input counts where it is more than a plain word.
  const ids = d.coverage.bundles
    .map((b) => b.id)
    .filter((id) => !/^i-[0-9a-f]{8,17}$/.test(id) && /[\d.-]/.test(id));
  return [...new Set([...given, ...ids])].filter(
    (n): n is string => typeof n === 'string' && n.length >= 3 && !PLAIN_WORDS.has(n.toLowerCase()),
  );
}

/** A stretch of text: still to be looked at, or a placeholder already. */
interface Piece {
  readonly text: string;
  readonly done: boolean;
}

class TextRedactor {
  private readonly words: RegExp | null;
  private readonly hosts: RegExp | null;
  private readonly addresses: AddressRedactor;

  constructor(
    private readonly names: Placeholders,
    options: RedactOptions,
    hosts: readonly string[],
  ) {
    this.words = anyOf(options.words ?? [], 'gi', '');
    this.hosts = anyOf(hosts, 'g', '[A-Za-z0-9]');
    this.addresses = new AddressRedactor(names, options.privateAddresses === true);
  }

  redact(text: string): string {
    let pieces: readonly Piece[] = [{ text, done: false }];
    if (this.words !== null)
      pieces = replace(pieces, this.words, 0, (v) => this.names.of('word', v.toLowerCase()));
    for (const { kind, regex, group = 0, accept } of PATTERNS) {
      pieces = replace(pieces, regex, group, (v) => (accept?.(v) === false ? null : this.name(kind, v)));
      if (kind === 'arn' && this.hosts !== null)
        pieces = replace(pieces, this.hosts, 0, (v) => this.name('host', v));
    }
    for (const { regex, plain } of ADDRESSES)
      pieces = replace(pieces, regex, 0, (v) => this.addresses.redact(plain(v)));
    return pieces.map((p) => p.text).join('');
  }

  private name(kind: Kind, value: string): string {
    return this.names.of(kind, value);
  }
}

function anyOf(words: readonly string[], flags: string, neighbour: string): RegExp | null {
  const literals = words
    .filter((w) => w !== '')
    .sort((a, b) => b.length - a.length)
    .map((w) => w.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  if (literals.length === 0) return null;
  const [before, after] = neighbour === '' ? ['', ''] : [`(?<!${neighbour})`, `(?!${neighbour})`];
  return new RegExp(`${before}(?:${literals.join('|')})${after}`, flags);
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
