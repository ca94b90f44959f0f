import { describe, expect, it } from 'vitest';
import { parseNftKubeProxy } from '../../src/artifacts/nft-kube-proxy.js';
import { NFT } from './samples.js';

describe('nftables of kube-proxy', () => {
  it('reads services, endpoints of both forms, external addresses and rejections', () => {
    const { value } = parseNftKubeProxy(NFT, 'f');
    expect(
      value.map((s) => [
        s.name,
        `${s.clusterIp} ${s.port} ${s.protocol}`,
        s.endpoints.map((e) => `${e.ip}:${e.port}@${e.loc.line}`),
      ]),
    ).toEqual([
      ['shop/cart:http', '172.20.9.9 80 tcp', []],
      ['kube-system/kube-dns:dns', '172.20.0.10 53 udp', ['10.0.2.7:53@24', '10.0.3.8:53@27']],
      ['shop/web:http', '172.20.4.4 80 tcp', ['10.0.2.9:8080@30', '10.0.3.9:8080@30']],
      ['shop/web:http', '52.1.2.3 80 tcp', ['10.0.2.9:8080@30', '10.0.3.9:8080@30']],
    ]);
    expect(value.map((s) => s.rejected?.line ?? null)).toEqual([6, null, null, null]);
  });

  it('is understood when no service exists, and not when it is something else', () => {
    expect(parseNftKubeProxy('table ip kube-proxy { # handle 18\n}\n', 'f').understood).toBe(1);
    expect(parseNftKubeProxy('Error: No such file or directory\n', 'f').understood).toBe(0);
  });
});
