import type { ByteWindow } from './window.js';

/** A reader of one container format. It is given a window again and again as bytes arrive. */
export interface RecordReader {
  readonly format: 'pcap' | 'pcapng';
  /** Time 0 of the rows, nanoseconds since the epoch; null before the first packet. */
  readonly baseNs: bigint | null;
  /**
   * Takes all complete records out of the window.
   * @param eof no more bytes will come
   * @returns false when nothing more is to be read
   */
  run(w: ByteWindow, eof: boolean): boolean;
}

/** A captured length from here on is nonsense whatever the header says. */
export const MAX_RECORD = 64 * 1024 * 1024;
/** The snap length of tcpdump and Wireshark: longer records are unusual, and are believed only if more follows. */
export const USUAL_SNAP = 262_144;
/** Bytes searched for the next record after damage. */
export const RESYNC_LIMIT = 1024 * 1024;

/** Answers to 'does a record begin here?'. */
export const NO = 0;
export const YES = 1;
/** More bytes are needed to tell. */
export const WAIT = 2;
export type Answer = 0 | 1 | 2;
