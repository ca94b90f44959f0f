import type { CaptureFlow } from '../model/capture.js';

/** Flows as columns, each address once: objects and their strings would be copied one by one between threads. */
export interface FlowColumns {
  readonly addresses: readonly string[];
  /** Indexes into `addresses`. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  readonly aPort: Uint16Array;
  readonly bPort: Uint16Array;
  readonly protocol: Uint8Array;
}

export function columnsOf(flows: readonly CaptureFlow[]): FlowColumns {
  const numbers = new Map<string, number>();
  const number = (ip: string): number => {
    let n = numbers.get(ip);
    if (n === undefined) numbers.set(ip, (n = numbers.size));
    return n;
  };
  const a = new Uint32Array(flows.length);
  const b = new Uint32Array(flows.length);
  const aPort = new Uint16Array(flows.length);
  const bPort = new Uint16Array(flows.length);
  const protocol = new Uint8Array(flows.length);
  let before: CaptureFlow | null = null;
  for (let i = 0; i < flows.length; i++) {
    const f = flows[i]!;
    // Neighbours are mostly of the same hosts.
    a[i] = before !== null && f.a === before.a ? a[i - 1]! : number(f.a);
    b[i] = before !== null && f.b === before.b ? b[i - 1]! : number(f.b);
    before = f;
    aPort[i] = f.aPort;
    bPort[i] = f.bPort;
    protocol[i] = f.protocol;
  }
  return { addresses: [...numbers.keys()], a, b, aPort, bPort, protocol };
}

export function flowsOf({ addresses, a, b, aPort, bPort, protocol }: FlowColumns): CaptureFlow[] {
  const out = new Array<CaptureFlow>(a.length);
  for (let i = 0; i < out.length; i++)
    out[i] = {
      protocol: protocol[i]!,
      a: addresses[a[i]!]!,
      b: addresses[b[i]!]!,
      aPort: aPort[i]!,
      bPort: bPort[i]!,
    };
  return out;
}
