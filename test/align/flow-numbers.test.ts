import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/align/flow-columns.js';
import { FlowNumbers } from '../../src/align/flow-numbers.js';
import { keyOfFlow } from '../../src/align/legs.js';
import type { ConnectionFlow } from '../../src/align/reuse.js';

const flow = fc
  .record({
    protocol: fc.constantFrom(1, 6, 17, 255),
    a: fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1'),
    b: fc.constantFrom('10.0.0.2', '10.0.0.3', '2001:db8::2'),
    aPort: fc.constantFrom(0, 1, 40000, 65535),
    bPort: fc.constantFrom(0, 1, 80, 65535),
    isn: fc.constantFrom(undefined, 0, 1, 0xffffffff),
  })
  .map(({ isn, ...f }): ConnectionFlow => (isn === undefined ? f : { ...f, isn }));

describe('FlowNumbers', () => {
  it('gives flows one number exactly when their keys are equal, in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 200 }), (flows) => {
        const numbers = new FlowNumbers();
        const keys = new Map<string, number>();
        for (const f of flows) {
          const key = keyOfFlow(f);
          if (!keys.has(key)) keys.set(key, keys.size);
          expect(numbers.connection(numbers.tuples(columnsOf([f]))[0]!, f.isn)).toBe(keys.get(key));
        }
        expect(numbers.count).toBe(keys.size);
      }),
    );
  });
});
