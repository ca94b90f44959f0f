/** Other kinds of the same bundle: what the node monitoring agent writes, other AMIs, older CNI versions. */
import type { VariantNode } from './node.js';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Kind B: journal with ISO times, no copies of container logs, no dumps of the collector's own tools. */
export function monitoringAgentLayout(node: VariantNode): void {
  node.archive = `${node.fqdn}-logs.tar.gz`;
  node.finally((n) => {
    n.remove(/^var_log\/[^/]+-[0-9a-f]{64}\.log$/);
    n.remove(/^system\/script-params\.txt$|^networking\/(ebpf|ipvsadm|ipset|curl_api)/);
    for (const path of ['kubelet/kubelet.log', 'containerd/containerd-log.txt'])
      n.write(
        path,
        n
          .read(path)
          .replace(/^(\w{3}) +(\d+) (\d\d:\d\d:\d\d)/gm, (_, month: string, day: string, clock: string) => {
            const m = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
            return `2026-${m}-${day.padStart(2, '0')}T${clock}.123456+0000`;
          }),
      );
    n.write(
      'networking/get_api_server.txt',
      'sending GET request to https://4C0FFEE1B2A3.gr7.ap-south-1.eks.amazonaws.com/livez?verbose\n[+]ping ok\nlivez check passed\n',
    );
    n.write(
      'networking/conntrack.txt',
      n.read('networking/conntrack.txt').replace('conntrack -S *** ', 'conntrack -S ***'),
    );
  });
}

/** The primary interface under another name. */
export function primaryInterface(node: VariantNode, name: string): void {
  node.finally((n) => {
    for (const path of n.paths(/^(networking|sysctls|kernel)\/|^var_log\/messages$/))
      n.write(path, n.read(path).replaceAll(/\beth0\b/g, name));
  });
}

/** AL2023 keeps no messages file. */
export function withoutMessages(node: VariantNode): void {
  node.finally((n) => n.remove(/^var_log\/messages$/));
}

export function cniVersion(node: VariantNode, version: string): void {
  node.finally((n) => {
    for (const [path, text] of [...n.tree])
      if (text.includes(n.base.cni)) n.write(path, text.replaceAll(n.base.cni, version));
  });
}

/** CNI 1.9 to 1.19: no network cards in the introspection. */
export function cni118(node: VariantNode, version = 'v1.18.3'): void {
  cniVersion(node, version);
  node.finally((n) => {
    const text = n.read('ipamd/enis.json');
    if (text !== '') {
      const enis = JSON.parse(text) as Record<string, unknown>;
      n.write('ipamd/enis.json', JSON.stringify(enis['0'] ?? enis));
    }
    const log = 'var_log/aws-routed-eni/ipamd.log';
    n.write(
      log,
      n
        .read(log)
        .replaceAll(' for network card 0: Total', ': Total')
        .replaceAll(/^.*IP stats for Network Card 0.*\n/gm, ''),
    );
  });
}

/** CNI up to 1.6 on Amazon Linux 2 with docker: seelog lines, flat introspection, dangling nothing else. */
export function cni16(node: VariantNode, version = 'v1.6.0'): void {
  cni118(node, version);
  node.finally((n) => {
    for (const log of ['ipamd', 'plugin'])
      n.write(`var_log/aws-routed-eni/${log}.log`, seelog(n.read(`var_log/aws-routed-eni/${log}.log`)));
    n.remove(
      /^var_log\/aws-routed-eni\/(network-policy-agent|ebpf-sdk|egress)|^networking\/ebpf|^ipamd\/ipam\.json$|aws-eks-nodeagent/,
    );
    if (n.read('ipamd/enis.json') !== '') oldIntrospection(n);
    n.write(
      'kernel/uname.txt',
      `Linux ${n.fqdn} 4.14.209-160.339.amzn2.x86_64 #1 SMP Wed Dec 16 22:44:04 UTC 2020 x86_64 x86_64 x86_64 GNU/Linux\n`,
    );
  });
}

/** `ENIIPPools` with plain addresses, and the list of pods that later versions dropped. */
function oldIntrospection(n: VariantNode): void {
  const enis = JSON.parse(n.read('ipamd/enis.json')) as OldEnis;
  const pools = Object.values(enis.ENIs).map((e) => [
    e.ID,
    {
      ID: e.ID,
      IsPrimary: e.IsPrimary,
      DeviceNumber: e.DeviceNumber,
      AssignedIPv4Addresses: enis.AssignedIPs,
      IPv4Addresses: Object.fromEntries(
        Object.values(e.AvailableIPv4Cidrs).map((c) => [
          c.Cidr.IP,
          {
            Address: c.Cidr.IP,
            Assigned: Object.keys(c.IPAddresses).length > 0,
            UnassignedTime: '0001-01-01T00:00:00Z',
          },
        ]),
      ),
    },
  ]);
  n.write(
    'ipamd/enis.json',
    JSON.stringify({
      TotalIPs: enis.TotalIPs,
      AssignedIPs: enis.AssignedIPs,
      ENIIPPools: Object.fromEntries(pools) as unknown,
    }),
  );
  const pods = n.base.pods.map((p) => [
    `${p.name}_${p.namespace}_${p.sandbox}`,
    { IP: p.ip, DeviceNumber: 0 },
  ]);
  n.write('ipamd/pods.json', JSON.stringify(Object.fromEntries(pods)));
}

interface OldEnis {
  readonly TotalIPs: number;
  readonly AssignedIPs: number;
  readonly ENIs: Record<
    string,
    {
      readonly ID: string;
      readonly IsPrimary: boolean;
      readonly DeviceNumber: number;
      readonly AvailableIPv4Cidrs: Record<
        string,
        { Cidr: { IP: string }; IPAddresses: Record<string, unknown> }
      >;
    }
  >;
}

/** `2019-08-07T02:24:04.835Z [ERROR]⇥text` */
function seelog(jsonLines: string): string {
  return jsonLines
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => {
      const { ts, level, msg } = JSON.parse(l) as { ts: string; level: string; msg: string };
      return `${ts} [${level.toUpperCase()}] \t${msg}\n`;
    })
    .join('');
}
