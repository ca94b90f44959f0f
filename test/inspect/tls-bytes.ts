import { bytes, concat, data, hex, u16be } from '../support/pcap-writer.js';

function extension(type: number, value: Uint8Array): Uint8Array {
  return concat(u16be(type), u16be(value.length), value);
}

function record(type: number, body: Uint8Array): Uint8Array {
  return concat(bytes(type, 3, 1), u16be(body.length), body);
}

function handshake(type: number, body: Uint8Array): Uint8Array {
  return record(22, concat(bytes(type, 0), u16be(body.length), body));
}

/** A record with a client hello; without the server name extension for null. */
export function clientHello(name: string | Uint8Array | null): Uint8Array {
  const host = data(name ?? '');
  const sni = extension(0, concat(u16be(host.length + 3), bytes(0), u16be(host.length), host));
  const extensions = concat(
    extension(10, hex('0002 001d')),
    name === null ? bytes() : sni,
    extension(43, hex('02 0304')),
  );
  const body = concat(
    hex('0303'),
    new Uint8Array(32),
    bytes(4, 1, 2, 3, 4),
    hex('0004 1301 1302'),
    hex('01 00'),
    u16be(extensions.length),
    extensions,
  );
  return handshake(1, body);
}

/** A record with a server hello that chooses TLS 1.3 or 1.2. */
export function serverHello(tls13: boolean): Uint8Array {
  const extensions = tls13 ? extension(43, hex('0304')) : extension(0xff01, hex('00'));
  return handshake(
    2,
    concat(hex('0303'), new Uint8Array(32), bytes(0), hex('1301 00'), u16be(extensions.length), extensions),
  );
}
