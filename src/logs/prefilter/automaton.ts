const NEWLINE = 10;
/** Class of the line end, and the state of the trie behind it. */
const LINE_END = 1;
const LINE_START = 1;

/**
 * Finds all of many strings in one pass over bytes (Aho–Corasick), ASCII letter case aside. A line end brings it back
 * to the start, and is reported like a hit, so that the hot loop has one comparison per byte.
 *
 * States are row offsets into `table`; those from `firstFinal` on have something to report. `newline` is the state
 * after a line end, and that at the start of a text; `outputs[state / classes]` are the ids of the strings that end in
 * another final state.
 */
export interface Automaton {
  readonly table: Int32Array;
  /** Column of each byte value. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  readonly newline: number;
  readonly firstFinal: number;
  readonly outputs: readonly Int32Array[];
}

export interface Needle {
  /** Bytes of the string in UTF-8. A line end may be its first one: found at the start of a line only. */
  readonly text: string;
  readonly id: number;
}

interface Building {
  readonly next: Map<number, number>;
  fail: number;
  readonly ids: Set<number>;
}

export function buildAutomaton(needles: readonly Needle[]): Automaton {
  const classOf = new Uint8Array(256);
  const columns = new Map<number, number>();
  const column = (byte: number): number => {
    const folded = fold(byte);
    let index = columns.get(folded);
    if (index === undefined) columns.set(folded, (index = columns.size + 1));
    return index;
  };
  columns.set(NEWLINE, LINE_END);
  const trie: Building[] = [
    { next: new Map([[LINE_END, LINE_START]]), fail: 0, ids: new Set() },
    { next: new Map(), fail: 0, ids: new Set() },
  ];
  for (const { text, id } of needles) {
    let state = 0;
    for (const [index, byte] of Buffer.from(text, 'utf8').entries()) {
      if (byte === NEWLINE && index > 0) throw new RangeError('a needle must not go on behind a line end');
      const by = column(byte);
      let to = trie[state]!.next.get(by);
      if (to === undefined) {
        to = trie.push({ next: new Map(), fail: 0, ids: new Set() }) - 1;
        trie[state]!.next.set(by, to);
      }
      state = to;
    }
    if (state > LINE_START) trie[state]!.ids.add(id);
  }
  // Class 0 is every byte that is in no needle.
  for (let byte = 0; byte < 256; byte++) classOf[byte] = columns.get(fold(byte)) ?? 0;
  return assemble(trie, columns.size + 1, classOf);
}

function fold(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

/** Fail links, then rows numbered so that the final ones come last, the line end's first among them. */
function assemble(trie: Building[], classes: number, classOf: Uint8Array): Automaton {
  const order = [0];
  for (const state of order) {
    for (const [by, to] of trie[state]!.next) {
      order.push(to);
      if (state === 0) continue;
      let fail = trie[state]!.fail;
      while (fail !== 0 && !trie[fail]!.next.has(by)) fail = trie[fail]!.fail;
      trie[to]!.fail = trie[fail]!.next.get(by) ?? 0;
      for (const id of trie[trie[to]!.fail]!.ids) trie[to]!.ids.add(id);
    }
  }
  const silent = order.filter((state) => state !== LINE_START && trie[state]!.ids.size === 0);
  const final = order.filter((state) => trie[state]!.ids.size > 0);
  const rowOf = new Int32Array(trie.length);
  for (const [row, state] of [...silent, LINE_START, ...final].entries()) rowOf[state] = row * classes;
  const newline = rowOf[LINE_START]!;

  const table = new Int32Array(trie.length * classes);
  const outputs: Int32Array[] = [];
  for (const state of order) {
    const row = rowOf[state]!;
    const { next, fail, ids } = trie[state]!;
    // Breadth first: the row of the shorter suffix is complete, and holds where to go on a mismatch.
    if (state !== 0) table.copyWithin(row, rowOf[fail]!, rowOf[fail]! + classes);
    for (const [by, to] of next) table[row + by] = rowOf[to]!;
    table[row + LINE_END] = newline;
    if (ids.size > 0) outputs[row / classes] = Int32Array.from(ids);
  }
  return { table, classOf, classes, newline, firstFinal: newline, outputs };
}
