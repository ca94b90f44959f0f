/** What is known of the texts that one mark of a pattern stands for. */
export interface MaskShape {
  /** Letters, `_` and characters beyond ASCII, and joiners in it: see `BIT`. Digits are always possible. */
  readonly bits: number;
  /** The longest run of letters. */
  readonly run: number;
  /** The most points. */
  readonly dots: number;
}

/** Values from here on are as good as none. */
const MOST_RUN = 64;
const MOST_DOTS = 7;

/** The shapes of the marks of one pattern, as they are told by its lines. */
export class MaskShapes {
  count = 0;
  private bits = new Int32Array(16);
  private runs = new Uint8Array(16);
  private dots = new Uint8Array(16);

  clear(): void {
    this.count = 0;
  }

  add(bits: number, run: number, dots: number): void {
    const at = this.count++;
    if (at >= this.bits.length) this.grow();
    this.bits[at] = bits;
    this.runs[at] = run < MOST_RUN ? run : MOST_RUN;
    this.dots[at] = dots < MOST_DOTS ? dots : MOST_DOTS;
  }

  /** Takes in the shapes of another line of the pattern. */
  merge(other: MaskShapes): void {
    for (let at = 0; at < this.count; at++) {
      this.bits[at] = this.bits[at]! | other.bits[at]!;
      if (other.runs[at]! > this.runs[at]!) this.runs[at] = other.runs[at]!;
      if (other.dots[at]! > this.dots[at]!) this.dots[at] = other.dots[at]!;
    }
  }

  /** The shapes of the first `count` marks. */
  first(count: number): MaskShapes {
    const made = new MaskShapes();
    for (let at = 0; at < count; at++) made.add(this.bits[at]!, this.runs[at]!, this.dots[at]!);
    return made;
  }

  list(): MaskShape[] {
    return Array.from({ length: this.count }, (_, at) => ({
      bits: this.bits[at]!,
      run: bounded(this.runs[at]!, MOST_RUN),
      dots: bounded(this.dots[at]!, MOST_DOTS),
    }));
  }

  private grow(): void {
    const wider = new Int32Array(this.bits.length * 2);
    wider.set(this.bits);
    const runs = new Uint8Array(wider.length);
    runs.set(this.runs);
    const dots = new Uint8Array(wider.length);
    dots.set(this.dots);
    [this.bits, this.runs, this.dots] = [wider, runs, dots];
  }
}

/** One number for shapes that are alike. */
export function shapeKey({ bits, run, dots }: MaskShape): number {
  return (
    ((bits >>> 0) * (MOST_RUN + 1) + Math.min(run, MOST_RUN)) * (MOST_DOTS + 1) + Math.min(dots, MOST_DOTS)
  );
}

/** Two numbers for each shape, as JSON has them. */
export function packShapes(shapes: readonly MaskShape[]): number[] {
  return shapes.flatMap(({ bits, run, dots }) => [
    bits,
    Math.min(run, MOST_RUN) * (MOST_DOTS + 1) + Math.min(dots, MOST_DOTS),
  ]);
}

export function unpackShapes(packed: readonly number[]): MaskShape[] {
  const shapes: MaskShape[] = [];
  for (let at = 0; at + 1 < packed.length; at += 2) {
    const [run, dots] = [Math.floor(packed[at + 1]! / (MOST_DOTS + 1)), packed[at + 1]! % (MOST_DOTS + 1)];
    shapes.push({ bits: packed[at]!, run: bounded(run, MOST_RUN), dots: bounded(dots, MOST_DOTS) });
  }
  return shapes;
}

const bounded = (value: number, most: number): number => (value < most ? value : Infinity);
