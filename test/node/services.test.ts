import { describe, expect, it } from 'vitest';
import { IPVSADM, NFT, PS } from '../artifacts/samples.js';
import { factsOf } from './support.js';

const SAVE = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-EXT-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SEP-1111111111111111 - [0:0]
:KUBE-SEP-2222222222222222 - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES ! -s 10.0.0.0/8 -d 172.20.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-MARK-MASQ
-A KUBE-SERVICES -d 172.20.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SERVICES -d 52.1.2.3/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j KUBE-EXT-AAAAAAAAAAAAAAAA
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "kube-system/kube-dns:dns -> 10.0.2.7:53" -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-1 --mask 255.255.255.255 --rsource -j KUBE-SEP-1111111111111111
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "kube-system/kube-dns:dns -> 10.0.2.7:53" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-1111111111111111
-A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "kube-system/kube-dns:dns -> 10.0.3.8:53" -j KUBE-SEP-2222222222222222
-A KUBE-EXT-AAAAAAAAAAAAAAAA -j KUBE-MARK-MASQ
-A KUBE-EXT-AAAAAAAAAAAAAAAA -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SEP-1111111111111111 -s 10.0.2.7/32 -m comment --comment "kube-system/kube-dns:dns" -j KUBE-MARK-MASQ
-A KUBE-SEP-1111111111111111 -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.0.2.7:53
-A KUBE-SEP-2222222222222222 -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.0.3.8:53
COMMIT
*filter
:KUBE-SERVICES - [0:0]
-A KUBE-SERVICES -d 172.20.9.9/32 -p tcp -m comment --comment "shop/cart:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
COMMIT
`;
const LOG = 'var_log/kube-system_kube-proxy-7xk2p_uid/kube-proxy';

describe('services', () => {
  it('come from the rules, with endpoints and rejections', async () => {
    const { services } = await factsOf({ 'networking/iptables-save.txt': SAVE });
    expect(
      services.map((s) => [
        s.name,
        s.clusterIp,
        s.port,
        s.protocol,
        s.endpoints.map((e) => `${e.ip}:${e.port}@${e.loc.line}`),
      ]),
    ).toEqual([
      ['kube-system/kube-dns:dns', '172.20.0.10', 53, 'udp', ['10.0.2.7:53@19', '10.0.3.8:53@20']],
      ['shop/web:http', '52.1.2.3', 80, 'tcp', ['10.0.2.7:53@19', '10.0.3.8:53@20']],
      ['shop/cart:http', '172.20.9.9', 80, 'tcp', []],
    ]);
    expect(services.map((s) => [s.rejected?.line ?? null, s.loc.line])).toEqual([
      [null, 10],
      [null, 11],
      [24, 24],
    ]);
  });

  it('come from ipvsadm in ipvs mode, node ports left out', async () => {
    const facts = await factsOf({
      'networking/ipvsadm.txt': `-A -t 10.0.1.5:30080 -s rr\n${IPVSADM}`,
      'networking/ifconfig.txt':
        'ens5: flags=4163<UP>  mtu 9001\n        inet 10.0.1.5  netmask 255.255.255.0\n\nkube-ipvs0: flags=130<BROADCAST,NOARP>  mtu 1500\n        inet 172.20.0.10  netmask 255.255.255.255\n',
    });
    expect(facts.services.map((s) => `${s.clusterIp} ${s.port} ${s.protocol}`)).toEqual([
      '172.20.0.10 53 tcp',
      '172.20.0.10 53 udp',
      'fd00::a 443 tcp',
    ]);
    expect(facts.kubeProxyMode).toBe('ipvs');
  });
});

describe('services of the nftables mode', () => {
  it('come from the tables that the node monitoring agent lists', async () => {
    const facts = await factsOf(
      { 'networking/nftables-ip-kube-proxy.txt': NFT },
      { kind: 'node-monitoring-agent' },
    );
    expect(facts.kubeProxyMode).toBe('nftables');
    expect(facts.services.map((s) => s.clusterIp)).toEqual([
      '172.20.9.9',
      '172.20.0.10',
      '172.20.4.4',
      '52.1.2.3',
    ]);
  });
});

describe('mode of kube-proxy', () => {
  it('is what its log says, the latest container first', async () => {
    const facts = await factsOf({
      'networking/iptables-save.txt': SAVE,
      [`${LOG}/0.log`]:
        '2024-05-17T09:31:22.1Z stderr F I0517 09:31:22.1 1 server_linux.go:69] "Using iptables Proxier"\n',
      [`${LOG}/1.log`]:
        '2024-05-17T09:41:22.1Z stderr F I0517 09:41:22.1 1 server_linux.go:240] "Using nftables Proxier"\n',
    });
    expect(facts.kubeProxyMode).toBe('nftables');
  });

  it('is what the rules show, where the log does not reach back', async () => {
    expect((await factsOf({ 'networking/iptables-save.txt': SAVE })).kubeProxyMode).toBe('iptables');
  });

  it('is unknown without evidence, and none only where the processes show it', async () => {
    expect((await factsOf({})).kubeProxyMode).toBe('unknown');
    expect((await factsOf({ 'system/ps.txt': PS })).kubeProxyMode).toBe('unknown');
    const many = PS + 'root 1 0 0 0 0 ? S 18:00 0:00 /usr/bin/cilium-agent\n'.repeat(30);
    expect((await factsOf({ 'system/ps.txt': many })).kubeProxyMode).toBe('none');
    expect(
      (await factsOf({ 'system/ps.txt': `${many}root 1 0 0 0 0 ? S 18:00 0:00 kube-proxy --v=2\n` }))
        .kubeProxyMode,
    ).toBe('unknown');
  });
});
