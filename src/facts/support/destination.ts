/** The destination of a flow, as facts tell it. */
import { destinationText, portOf } from '../../model/flow-ends.js';
import type { Flow } from '../../model/trace.js';
import { number, text } from './define.js';

/** `of`: what flow it is of, behind `destination port`. */
export const destinationFields = (of: string) => ({
  dport: number(`destination port${of}; null where its protocol has none`),
  to: TO,
});

export const TO = text('the destination address, with the port where there is one');

/** `address`: what is known without a flow. */
export function destinationOf(
  flow: Flow | null | undefined,
  address: string | null = null,
): { readonly dport: number | null; readonly to: string | null } {
  return flow === null || flow === undefined
    ? { dport: null, to: address }
    : { dport: portOf(flow, flow.dst), to: destinationText(flow) };
}
