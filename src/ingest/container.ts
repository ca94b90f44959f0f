import type { Budget } from './budget.js';
import { printable } from './printable.js';

/** A file whose bytes can be read on this machine. */
export interface FoundFile {
  /** Path in its container, as stored. */
  readonly path: string;
  /** `path` without `.gz` where parsers will see decompressed bytes. */
  readonly name: string;
  readonly spool: string;
  readonly size: number;
  readonly mtime: number | null;
  readonly truncated: boolean;
  readonly format: 'file' | 'pcap' | 'pcapng';
  /** The bytes at `spool` are gzip data: of a capture for good, of a file of a folder until a bundle needs it. */
  readonly gzip: boolean;
}

/**
 * A tree of files before anything is known about its meaning: a folder the user named, an archive, or (`single`)
 * the one file the user named. Archives inside are containers of their own.
 */
export interface Container {
  readonly kind: 'folder' | 'archive' | 'single';
  /** Base name, as stored. */
  readonly label: string;
  /** Path in the enclosing container; empty for the outermost. */
  readonly path: string;
  readonly parent: Container | null;
  /** What reading it may still cost. */
  readonly budget: Budget;
  readonly files: Map<string, FoundFile>;
  readonly archives: Map<string, Container>;
}

export function newContainer(
  kind: Container['kind'],
  label: string,
  budget: Budget,
  parent: Container | null = null,
  path = '',
): Container {
  return { kind, label, path, parent, budget, files: new Map(), archives: new Map() };
}

/** Path parts from the outermost container to `path`. The name of a single file stands once. */
export function chain(container: Container, path: string): string[] {
  const own = path === '' ? [] : path.split('/');
  if (container.parent !== null) return [...chain(container.parent, container.path), ...own];
  return container.kind === 'single' ? own : [container.label, ...own];
}

/** How messages name a container, or a file in it. Never absolute, fit for printing. */
export function subject(container: Container, path = ''): string {
  return printable(chain(container, path).join('/') || container.label);
}
