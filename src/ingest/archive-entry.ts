/** One entry of an archive, as its reader hands it on: nothing about it has been judged. */
export interface ArchiveEntry {
  /** As stored, `/` separators. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'unsupported';
  /** Milliseconds since the epoch, or null. */
  readonly mtime: number | null;
  /** The bytes; may be left unread. Damage ends them early without an exception. */
  readonly body: AsyncIterable<Buffer>;
  /** Ask after reading `body`: true when bytes are missing at the end, or what came is damaged. */
  readonly cut: () => boolean;
  /** Why the data cannot be read at all, or null. */
  readonly unreadable: 'encrypted' | 'compression' | null;
}
