/** Kinds of values that a redacted report replaces; they are the first part of a placeholder. */
export type Kind =
  | 'account'
  | 'arn'
  | 'host'
  | 'role'
  | 'instance'
  | 'resource'
  | 'public-ip'
  | 'public-ip6'
  | 'private-ip'
  | 'private-ip6'
  | 'token'
  | 'secret'
  | 'email'
  | 'word';

/**
 * Gives each value one placeholder, `host-1`, `host-2` …, in order of first appearance: the same value is the same
 * placeholder everywhere, and the same document gives the same placeholders.
 */
export class Placeholders {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<Kind, number>();
  private readonly originals = new Map<string, string>();

  of(kind: Kind, value: string): string {
    // Names of hosts are the same in capitals.
    const key = `${kind} ${kind === 'host' ? value.toLowerCase() : value}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const n = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, n);
    const placeholder = `${kind}-${n}`;
    this.names.set(key, placeholder);
    this.originals.set(placeholder, value);
    return placeholder;
  }

  /** For kinds whose placeholder keeps a structure of the value. */
  set(value: string, placeholder: string): string {
    if (!this.originals.has(placeholder)) this.originals.set(placeholder, value);
    return placeholder;
  }

  /** Placeholder to what it stands for, in order of first appearance. */
  map(): Record<string, string> {
    return Object.fromEntries(this.originals);
  }
}
