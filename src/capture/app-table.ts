import type { AppMessage } from '../model/capture.js';
import { parseApp, parseFailure } from './app.js';
import { NO_FLOW } from './columns.js';

const MAX_MESSAGES = 200_000;

/**
 * Application messages in order of their packets: of each direction of a connection the first data, later only what
 * tells of a failure: TLS alerts that are not encrypted, and HTTP/1 responses of class 5xx at the start of a segment.
 */
export class AppTable {
  leftOut = 0;
  readonly messages: AppMessage[] = [];
  /** Names repeat: one copy of each. */
  private readonly texts = new Map<string, string>();
  /** Per flow: bit 0 or 1 is set when way 0 or 1 has sent data since the connection began. */
  private begun = new Uint8Array(4096);

  /** A SYN was seen: what follows is a new connection. */
  begin(flow: number): void {
    if (flow < this.begun.length) this.begun[flow] = 0;
  }

  /** Data of a direction, captured bytes `[from, to)`. */
  data(flow: number, way: number, packet: number, buf: Uint8Array, from: number, to: number): void {
    const bit = 1 << way;
    if (flow < this.begun.length && (this.begun[flow]! & bit) !== 0) {
      const failure = parseFailure(buf, from, to);
      if (failure !== null) this.add(packet, failure);
      return;
    }
    if (flow === NO_FLOW) return;
    if (flow >= this.begun.length) this.grow(flow);
    this.begun[flow]! |= bit;
    const message = parseApp(buf, from, to);
    if (message !== null) this.add(packet, message);
  }

  private add(packet: number, { kind, text }: Omit<AppMessage, 'packet'>): void {
    if (this.messages.length >= MAX_MESSAGES) {
      this.leftOut++;
      return;
    }
    let shared = this.texts.get(text);
    if (shared === undefined) this.texts.set(text, (shared = text));
    this.messages.push({ packet, kind, text: shared });
  }

  private grow(flow: number): void {
    const next = new Uint8Array(Math.max(flow + 1, this.begun.length * 2));
    next.set(this.begun);
    this.begun = next;
  }
}
