/** The flows of a case: the ones in question, and the ones beside them. */
import { addressOf } from './plan.js';
import { Random } from './random.js';
import type { FlowSpec, Plan } from './types.js';

/** What a fault must say of a flow; the rest has usual values. */
export type FlowDraft = Omit<
  FlowSpec,
  'src' | 'sport' | 'dst' | 'requests' | 'size' | 'gap' | 'start' | 'timeout'
> &
  Partial<FlowSpec>;

/** Fills in addresses, a source port and the usual sizes. */
export class Flows {
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #used = new Set<number>();

  constructor(plan: Plan, seed: number) {
    this.#plan = plan;
    this.#random = new Random(seed ^ 0x5eed);
  }

  make(draft: FlowDraft): FlowSpec {
    const { pods, nodes, services } = this.#plan;
    const src = draft.from === 'n1' ? (nodes.src.ip6 ?? nodes.src.ip) : addressOf(pods[draft.from]);
    const orders = services.find((s) => s.name.includes('/orders-api'))!;
    const dst =
      draft.to === 'n2'
        ? (nodes.dst.ip6 ?? nodes.dst.ip)
        : draft.to === 'service'
          ? orders.clusterIp
          : addressOf(pods[draft.to]);
    return {
      src,
      dst,
      sport: this.#port(),
      requests: 3,
      size: 600,
      gap: 0.05,
      start: 0,
      timeout: 4.2,
      ...draft,
    };
  }

  /** Three connections of the pod under test to the server under test, apart in time. */
  failing(change: Partial<FlowSpec> = {}): FlowSpec[] {
    return [0, 0.4, 1.2].map((start, i) =>
      this.make({
        id: `f${i + 1}`,
        role: 'fail',
        from: 'A',
        to: 'B',
        proto: 'tcp',
        kind: 'http',
        dport: 8080,
        start,
        ...change,
      }),
    );
  }

  /** Everything the pod under test and the server under test do when all is well. */
  good(): FlowSpec[] {
    const pair = { role: 'healthy', from: 'A', to: 'B' } as const;
    return [
      this.make({ id: 'g1', ...pair, proto: 'tcp', kind: 'http', dport: 8080, requests: 4, size: 400 }),
      this.make({
        id: 'g2',
        ...pair,
        proto: 'tcp',
        kind: 'http',
        dport: 8080,
        requests: 1,
        size: 4000,
        start: 0.3,
      }),
      this.make({
        id: 'g3',
        ...pair,
        proto: 'udp',
        kind: 'udp',
        dport: 5353,
        requests: 5,
        size: 120,
        timeout: 1,
      }),
      this.make({
        id: 'g4',
        ...pair,
        proto: 'icmp',
        kind: 'icmp',
        dport: 0,
        requests: 4,
        timeout: 1,
        gap: 0.2,
      }),
      this.make({
        id: 'g5',
        ...pair,
        proto: 'tcp',
        kind: 'upload',
        dport: 8081,
        requests: 1,
        size: 9000,
        start: 0.5,
      }),
    ];
  }

  /** Flows beside the ones in question; they stay healthy in every case that keeps them. */
  bystanders(): FlowSpec[] {
    const well = { role: 'healthy', proto: 'tcp', kind: 'http' } as const;
    return [
      this.make({ ...well, id: 'h1', from: 'A', to: 'D', dport: 9090, size: 600 }),
      this.make({ ...well, id: 'h2', from: 'A', to: 'D', dport: 9090, requests: 2, size: 400, start: 0.9 }),
      this.make({
        ...well,
        id: 'h3',
        from: 'A',
        to: 'D',
        dport: 0,
        proto: 'icmp',
        kind: 'icmp',
        requests: 4,
        timeout: 1,
        gap: 0.2,
      }),
      this.make({ ...well, id: 'h4', from: 'C', to: 'D', dport: 5432, size: 250 }),
      this.make({
        ...well,
        id: 'h5',
        from: 'A',
        to: 'E',
        dport: 53,
        proto: 'udp',
        kind: 'dns',
        requests: 4,
        timeout: 1,
      }),
      this.node(),
    ];
  }

  /** One node to the other's kubelet port. */
  node(): FlowSpec {
    return this.make({
      id: 'h6',
      role: 'healthy',
      from: 'n1',
      to: 'n2',
      proto: 'tcp',
      kind: 'http',
      dport: 10250,
      size: 300,
    });
  }

  #port(): number {
    for (;;) {
      const port = this.#random.int(32768, 60999);
      if (this.#used.has(port)) continue;
      this.#used.add(port);
      return port;
    }
  }
}
