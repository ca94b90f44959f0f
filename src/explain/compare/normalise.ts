import { primaryInterface } from '../../facts/support/nodes.js';
import type { NodeFacts } from '../../model/node.js';

/** Longest text kept of one value. */
const MAX_TEXT = 500;

/** Replaces what differs on every node (addresses, names of interfaces and hosts) by what it is. */
export class Normaliser {
  private readonly names = new Map<string, string>();

  constructor(node: NodeFacts) {
    const put = (name: string | null | undefined, words: string): void => {
      if (name !== null && name !== undefined && name !== '' && !this.names.has(name))
        this.names.set(name, words);
    };
    const { identity } = node;
    put(identity.primaryIp, '<node address>');
    put(identity.hostname, '<host name>');
    put(identity.hostname?.split('.')[0], '<host name>');
    put(identity.instanceId, '<instance id>');
    put(primaryInterface(node), '<primary>');
    for (const i of node.interfaces.value) {
      if (i.name === 'lo') continue;
      for (const { address } of i.addresses) put(address, '<node address>');
      put(i.mac, '<MAC>');
    }
    for (const pod of node.pods) put(pod.ip, '<pod address>');
    for (const r of node.routes.value) if (r.prefixLength === 0 && r.via !== null) put(r.via, '<gateway>');
    for (const r of node.routes.value) {
      // The subnet of an ENI: another one on each node of another zone.
      if (r.proto === 'kernel' && r.via === null && r.type === 'unicast' && r.table === 'main')
        put(r.dst, '<subnet>');
    }
    put(identity.zone, '<zone>');
  }

  text(value: string): string {
    const words = value
      .replace(/\b(?:eni|vlan|cali)[0-9a-f]{11}\b/g, '<veth>')
      .replace(/\beni-[0-9a-f]{8,17}\b/g, '<ENI>')
      .replace(/[\w.:/-]+/g, (word) => this.word(word));
    return words.trim().replace(/\s+/g, ' ').slice(0, MAX_TEXT);
  }

  /** A word, or an address with its prefix length or port. */
  private word(word: string): string {
    const whole = this.names.get(word);
    if (whole !== undefined) return whole;
    const m = /^(.+?)(\/\d{1,3}|:\d{1,5})$/.exec(word);
    const known = m === null ? undefined : this.names.get(m[1]!);
    return known === undefined ? word : known + (m![2] === '/32' || m![2] === '/128' ? '' : m![2]!);
  }
}
