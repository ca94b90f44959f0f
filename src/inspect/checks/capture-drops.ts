import { Tally } from '../tally.js';
import { clockless } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const META: CheckMeta = {
  id: 'capture-drops',
  title: 'Packets dropped by the capture',
  unit: 'packets of interfaces that tell',
  threshold:
    'every packet that the kernel or the interface dropped at the tap, as pcapng tells; pcap does not tell',
  normal: 'Nothing of it. While it occurs, what is absent from this capture proves nothing.',
};

const PARTS = {
  dropped: {
    class: 'suspicious',
    means: 'the capture could not keep up: use a filter, a snap length, or a larger buffer (-B).',
  },
} as const;

/** Packets lost at the tap itself. */
export const captureDrops: Check = {
  ...META,
  run(x) {
    const tally = new Tally(PARTS);
    let packets = 0;
    for (const [n, i] of x.table.interfaces.entries()) {
      if (i.droppedByKernel === null) continue;
      packets += i.packets + i.droppedByKernel;
      if (i.droppedByKernel === 0) continue;
      const text = `${i.droppedByKernel} packets dropped at interface ${i.name ?? `number ${n}`}`;
      tally.add('dropped', () => clockless(text), i.droppedByKernel);
    }
    const result = tally.result(META, packets, 'The kernel dropped none.');
    if (packets > 0) return result;
    return {
      ...result,
      explanation: 'The file does not tell: look at the closing lines of the program that captured.',
    };
  },
};
