import { isIP } from 'node:net';
import type { Service, ServiceEndpoint } from '../model/node.js';
import { toPort, type Parsed } from './parsed.js';

const MAX_SERVICES = 50_000;
/** `ipvsadm --save` prints names for some ports. */
const PORT_NAMES: ReadonlyMap<string, number> = new Map([
  ['domain', 53],
  ['http', 80],
  ['https', 443],
  ['http-alt', 8080],
  ['webcache', 8080],
  ['postgresql', 5432],
  ['mysql', 3306],
]);

/**
 * Virtual services of the ipvs proxy. Only the first part of the file is read, the rules; rates and statistics
 * follow it.
 *
 *     -A -t 172.20.0.10:53 -s rr
 *     -a -t 172.20.0.10:53 -r 10.0.2.7:53 -m -w 1
 *     -A -u [fd00::a]:53 -s rr
 *
 * `ipvsadm not installed` is the normal content where another proxy is in use.
 */
export function parseIpvsadm(text: string, file: string): Parsed<readonly Service[]> {
  const services = new Map<string, Service & { endpoints: ServiceEndpoint[] }>();
  let understood = 0;
  let notUnderstood = 0;
  text.split('\n').forEach((line, index) => {
    const match = /^-(A|a) (-t|-u|--sctp-service) (\S{3,80})(?: -r (\S{3,80}))?/.exec(line);
    if (match === null) {
      if (/^-[Aa] /.test(line)) notUnderstood += 1;
      return;
    }
    const loc = { file, line: index + 1 };
    const protocol = match[2] === '-t' ? 'tcp' : match[2] === '-u' ? 'udp' : 'sctp';
    const virtual = addressPort(match[3]!);
    const key = `${protocol} ${match[3]}`;
    const real = match[4] === undefined ? null : addressPort(match[4]);
    if (virtual === null || (match[1] === 'a' && real === null)) {
      notUnderstood += 1;
      return;
    }
    understood += 1;
    if (match[1] === 'A' && !services.has(key) && services.size < MAX_SERVICES) {
      const service = {
        name: null,
        clusterIp: virtual.ip,
        port: virtual.port,
        protocol,
        rejected: null,
      } as const;
      services.set(key, { ...service, endpoints: [], loc });
    } else if (real !== null) {
      services.get(key)?.endpoints.push({ ...real, loc });
    }
  });
  return { value: [...services.values()], understood, notUnderstood };
}

/** `10.0.2.7:53` or `[fd00::a]:53`; null when it is neither. */
export function addressPort(text: string): { ip: string; port: number } | null {
  const match = /^(?:\[([^\]]{2,45})\]|([^[\]:]{1,64})):([\w-]{1,20})$/.exec(text);
  const ip = match?.[1] ?? match?.[2];
  const port = match === null ? null : (PORT_NAMES.get(match[3]!) ?? toPort(match[3]));
  return ip === undefined || isIP(ip) === 0 || port === null ? null : { ip, port };
}
