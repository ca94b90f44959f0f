/** What one TCP packet is, beyond new data and first acknowledgements. One mark per packet. */
export const PLAIN = 0;
/** SYN, or SYN and ACK, sent again. */
export const AGAIN_SYN = 1;
export const AGAIN_SYN_ACK = 2;
/** Bytes sent again after three duplicate acknowledgements. */
export const AGAIN_FAST = 3;
/** Bytes sent again after a silence of at least the smallest retransmission timeout of Linux. */
export const AGAIN_TIMEOUT = 4;
/** Bytes sent again although their acknowledgement had passed the tap. */
export const AGAIN_NEEDLESS = 5;
/** Bytes sent again sooner than a timeout, without duplicate acknowledgements to count: tail probe, or SACK. */
export const AGAIN_EARLY = 6;
/** Bytes that had not been seen, sent later than what follows them: lost before the tap, then sent again. */
export const AGAIN_LOST_BEFORE = 7;
/** Bytes that had not been seen, sent before what follows them: overtaken on the way. */
export const OUT_OF_ORDER = 8;
export const KEEP_ALIVE = 9;
/** A probe of a closed window. */
export const WINDOW_PROBE = 10;
export const DUPLICATE_ACK = 11;

/** Whether the mark is a retransmission. */
export function isAgain(mark: number): boolean {
  return mark >= AGAIN_SYN && mark <= AGAIN_LOST_BEFORE;
}
