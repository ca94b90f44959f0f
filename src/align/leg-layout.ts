/**
 * Where the numbers of a leg lie in the two arrays of a `LegTable`: those of way 0, then those of way 1.
 */

/** Whole numbers per leg: those of each way, then the MSS and the traits. */
export const STRIDE = 28;
export const WAY = 13;
export const MSS = 26;
export const TRAITS = 27;
/** Of each way. */
export const PACKETS = 0;
/** All packets, with ICMP errors and fragments of which nobody can tell the flow. */
export const SEEN = 1;
export const TTL = 2;
export const DIR = 3;
export const BASE = 4;
export const END = 5;
export const STREAM_BYTES = 6;
export const SEGMENTS = 7;
export const LARGEST = 8;
export const ACKED = 9;
export const ACK_PACKETS = 10;
export const STATE = 11;
export const SYNS = 12;

/** Times and sums per leg, each way. */
export const WIDE = 6;
export const FIRST = 0;
export const LAST = 2;
export const BYTES = 4;

export const STARTED = 1;
export const REPEATED = 2;
export const RESET = 4;
export const ACK_SEEN = 8;

/** Bits of the traits: the way of the client plus one in the lowest two. */
export const CLIENT = 3;
export const SNAPPED = 4;
