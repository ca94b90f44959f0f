/** What ingest hands on: bundles (one per node and collection) and captures, as files that can be streamed. */

/** Kinds of log bundle, by what collected it. */
export type BundleKind =
  | 'linux-collector' // eks-log-collector.sh
  | 'node-monitoring-agent' // NodeDiagnostic
  | 'bottlerocket' // logdog
  | 'windows-collector'
  | 'cni-support' // CNI <= 1.5
  | 'unknown';

/** One file of a bundle. `spool` is where its (decompressed) bytes can be read on this machine. */
export interface SourceFile {
  /** Path as stored in the input, `/` separators, no leading `./`: what evidence cites. */
  readonly path: string;
  /** Path below the bundle's root folder, decompression suffix removed: what parsers look for. */
  readonly name: string;
  /** Absolute path of the readable bytes: in the private temporary folder, or in the extracted folder given. */
  readonly spool: string;
  /** Bytes at `spool`. */
  readonly size: number;
  /** Modification time, milliseconds since the epoch, or null where the input does not tell. */
  readonly mtime: number | null;
  /** True when a limit or a broken archive cut it. */
  readonly truncated: boolean;
}

export interface Bundle {
  /** Stable key, unique in the run: the instance id or host name, else the input's base name. */
  readonly id: string;
  /** The input as the user named it: base name only. */
  readonly input: string;
  readonly kind: BundleKind;
  /** `0.7.9`, from the archive name or script; null when not known. Informational: presence of files decides. */
  readonly collectorVersion: string | null;
  /** Time of collection, milliseconds since the epoch UTC; null when nothing tells. */
  readonly collectedAt: number | null;
  /** By `name`. */
  readonly files: ReadonlyMap<string, SourceFile>;
}

/** A packet capture, found by content. */
export interface CaptureFile {
  /** Path as given or as found inside a folder or archive, never absolute: what reports print. */
  readonly path: string;
  /** Absolute path of the readable bytes (still gzipped where it was: the reader inflates). */
  readonly spool: string;
  readonly size: number;
  readonly format: 'pcap' | 'pcapng';
  readonly gzip: boolean;
  readonly truncated: boolean;
  /** Id of the bundle it came in, when it lay inside one: then it was taken on that node. */
  readonly bundle?: string;
}

/** Something that went wrong with one input and did not end the run. */
export interface Problem {
  /** From the table in `errors.ts`. */
  readonly code: string;
  /** What it is about: an input, an entry of an archive, a capture. Never an absolute path. */
  readonly subject: string;
  /** One sentence, for people. */
  readonly message: string;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** True when nothing of value is lost by it (a README beside the captures, a dangling link): not 'incomplete'. */
  readonly note?: boolean;
}

export interface Ingested {
  readonly bundles: readonly Bundle[];
  readonly captures: readonly CaptureFile[];
  readonly problems: readonly Problem[];
}
