/** What became of a frame, or of one layer of it. */
export const OK = 0;
/** Not IP and not ARP: counted, not an error. */
export const OTHER = 1;
/** A header is cut or contradicts itself. */
export const MALFORMED = 2;
/** The link type is not supported. */
export const UNSUPPORTED = 3;
export type Status = 0 | 1 | 2 | 3;
