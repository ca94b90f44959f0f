/** Time 0 of a capture: the first packet that has a time. */
export interface TimeBase {
  ns: bigint | null;
}

/**
 * Timestamps of one pcapng interface. `resolution` is the byte of if_tsresol: 10^-v seconds, or with the top bit
 * set 2^-(v & 0x7f); `offsetSeconds` is if_tsoffset.
 */
export class InterfaceClock {
  private readonly perSecond: bigint;
  /** Nanoseconds per unit, or 0 where that is no whole number. */
  private readonly unit: number;
  private first: { high: number; low: number; ns: number } | null = null;

  constructor(
    resolution: number,
    private readonly offsetSeconds: bigint,
    private readonly base: TimeBase,
  ) {
    const power = resolution & 0x7f;
    const decimal = (resolution & 0x80) === 0;
    this.perSecond = (decimal ? 10n : 2n) ** BigInt(power);
    this.unit = decimal && power <= 9 ? 10 ** (9 - power) : 0;
  }

  /** Nanoseconds since the time base; the first packet of the file sets the base. */
  relative(high: number, low: number): number {
    const { first } = this;
    if (first !== null && this.unit !== 0) {
      // Exact: the difference is taken in units before it becomes nanoseconds.
      return ((high - first.high) * 0x100000000 + (low - first.low)) * this.unit + first.ns;
    }
    const exact = this.exact(high, low);
    this.base.ns ??= exact;
    const ns = Number(exact - this.base.ns);
    this.first ??= { high, low, ns };
    return ns;
  }

  private exact(high: number, low: number): bigint {
    const units = (BigInt(high) << 32n) | BigInt(low);
    return (units * 1_000_000_000n) / this.perSecond + this.offsetSeconds * 1_000_000_000n;
  }
}
