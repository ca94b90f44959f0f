import { DUPLICATE_ACK } from '../tcp/marks.js';
import { Tally } from '../tally.js';
import { percent } from '../text.js';
import type { Check, CheckMeta } from '../types.js';

const MANY = 0.01;

const META: CheckMeta = {
  id: 'duplicate-ack',
  title: 'Duplicate acknowledgements',
  unit: 'TCP packets',
  threshold:
    'the same acknowledgement and window again, without data, while data is on its way; normal below 1 %',
  normal: 'They are how a receiver tells of a gap. The loss itself is in the retransmissions.',
};

/** Acknowledgements that a receiver repeats because something is missing. */
export const duplicateAck: Check = {
  ...META,
  run(x) {
    const { marks, packets } = x.tcp;
    const rows: number[] = [];
    for (let k = 0; k < marks.length; k++) {
      const i = x.rowAt(k);
      if (marks[i] === DUPLICATE_ACK) rows.push(i);
    }
    const tally = new Tally({
      'duplicate acknowledgements': {
        class: rows.length >= MANY * packets ? 'information' : 'normal',
        means: `${percent(rows.length, packets)} of the packets; receivers miss something that later data overtook.`,
      },
    });
    for (const i of rows) {
      x.between(tally, x.c.flow[i]!);
      tally.add('duplicate acknowledgements', () => x.example(i, `acknowledges ${x.c.ack[i]} again`));
    }
    return tally.result(META, packets, 'No receiver asked again.');
  },
};
