/** The bundle's files about the host itself: invented, in the tools' formats. */
import { join, later, type Story } from '../logs/clock.js';
import { Random } from '../random.js';
import { CNI_CONTAINER, image, KERNEL, ownImage } from './versions.js';
import type { Tree } from './archive.js';

export function writeSystem(story: Story, tree: Tree): void {
  const { node, plan } = story;
  const host = node.hostName;
  tree.set('system/script-params.txt', 'ignore_introspection: false\nignore_metrics: false\n');
  tree.set('system/instance-id.txt', `${node.instanceId}\n`);
  tree.set('system/region.txt', `${plan.region}\n`);
  tree.set('system/availability-zone.txt', `${node.zone}\n`);
  tree.set('system/cpu_throttling.txt', 'No CPU Throttling Found\n');
  tree.set('system/io_throttling.txt', 'PID Name Block IO Delay (centisconds)\n');
  tree.set('system/large_environments.txt', 'PID\tCount\n');
  tree.set('system/last_reboot.txt', `reboot   system boot  ${KERNEL.slice(0, 16)} still running\n`);
  tree.set('system/netstat.txt', 'Active Internet connections (servers and established)\n');
  tree.set('system/selinux.txt', 'SELinux mode:\n\t Not installed\n');
  tree.set(
    'system/services.txt',
    join([
      'UNIT LOAD ACTIVE SUB DESCRIPTION',
      'containerd.service loaded active running containerd container runtime',
      'kubelet.service loaded active running Kubernetes Kubelet',
    ]),
  );
  tree.set('system/ps.txt', processes(story));
  tree.set('system/ps-threads.txt', processes(story));
  tree.set('system/top.txt', 'top - up 46 min, 0 users, load average: 0.31, 0.22, 0.18\n');
  tree.set(
    'system/pkglist.txt',
    join([
      'iptables-nft-1.8.8-3.amzn2023.x86_64',
      'conntrack-tools-1.4.6-2.amzn2023.x86_64',
      'containerd-1.7.23-1.amzn2023.x86_64',
      `kernel-${KERNEL}`,
    ]),
  );
  tree.set(
    'kernel/uname.txt',
    `Linux ${host} ${KERNEL} #1 SMP PREEMPT_DYNAMIC Tue Nov  5 17:36:57 UTC 2024 x86_64 x86_64 x86_64 GNU/Linux\n`,
  );
  tree.set('modinfo/lustre', '');
  tree.set(
    'modinfo/ip_vs',
    'nf_conntrack          188416  5 xt_conntrack,nf_nat,xt_nat,nf_conntrack_netlink,xt_MASQUERADE\nip_vs                 200704  0\n',
  );
  tree.set('nodeadm/nodeadm-run.log', '-- No entries --\n');
  tree.set('docker/docker.log', '-- No entries --\n');
  writeKubelet(story, tree);
  writeContainerd(story, tree);
  tree.set('networking/curl_api_server.txt', curl(story));
  for (const target of ['amazon.com', 'public.ecr.aws'])
    tree.set(`networking/ping_${target}.txt`, ping(target));
}

const VPC_CNI: [number, string][] = [
  [3611, '/app/aws-vpc-cni'],
  [3640, './aws-k8s-agent'],
  [
    3702,
    '/controller --enable-ipv6=false --enable-network-policy=true --enable-policy-event-logs=true --metrics-bind-addr=:8162',
  ],
];
const CALICO: [number, string][] = [[3640, 'calico-node -felix']];

function processes(story: Story): string {
  const host = story.node.hostName;
  const rows: [number, string][] = [
    [1, '/usr/lib/systemd/systemd --switched-root --system --deserialize=31'],
    [2780, '/usr/bin/containerd'],
    [2931, `/usr/bin/kubelet --config /etc/kubernetes/kubelet/config.json --hostname-override=${host}`],
    [3560, `kube-proxy --v=2 --config=/var/lib/kube-proxy-config/config --hostname-override=${host}`],
    ...(story.plan.overlay ? CALICO : VPC_CNI),
  ];
  const head = 'USER         PID %CPU %MEM    VSZ   RSS TTY STAT START   TIME COMMAND';
  return join([
    head,
    ...rows.map(
      ([pid, command]) =>
        `root     ${String(pid).padStart(7)}  0.2  0.6 1301000 52000 ?   Ssl  08:01   0:09 ${command}`,
    ),
  ]);
}

function apiHost(story: Story): string {
  return `4C0FFEE1B2A3.gr7.${story.plan.region}.eks.amazonaws.com`;
}

function writeKubelet(story: Story, tree: Tree): void {
  const dns = story.plan.services.find((s) => s.name.endsWith('kube-dns:dns'))!;
  const config = {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    clusterDNS: [dns.clusterIp],
    clusterDomain: 'cluster.local',
    maxPods: 58,
  };
  tree.set('kubelet/config.json', JSON.stringify(config, null, 4) + '\n');
  tree.set(
    'kubelet/kubeconfig.yaml',
    `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority: /etc/kubernetes/pki/ca.crt\n    server: https://${apiHost(story)}\n  name: kubernetes\nkind: Config\n`,
  );
  tree.set(
    'kubelet/kubelet_service.txt',
    '# /etc/systemd/system/kubelet.service\n[Service]\nExecStartPre=/sbin/iptables -P FORWARD ACCEPT -w 5\nExecStart=/usr/bin/kubelet $NODEADM_KUBELET_ARGS\nRestart=on-failure\n',
  );
  tree.set('kubelet/svc.log', '');
}

function writeContainerd(story: Story, tree: Tree): void {
  const { plan, pods } = story;
  const random = new Random(11);
  const rows: [string, string][] = [
    ...(plan.overlay
      ? []
      : [
          [CNI_CONTAINER, image(plan, 'cni')] as [string, string],
          [random.hex(64), image(plan, 'agent')] as [string, string],
        ]),
    [random.hex(64), image(plan, 'kubeProxy')],
    ...pods.map((pod): [string, string] => [
      pod.containerId,
      pod.key === 'E' ? image(plan, 'coredns') : ownImage(plan, pod.name.replace(/-[^-]+-[^-]+$/, '')),
    ]),
  ];
  const pad = 68;
  tree.set(
    'containerd/containerd-containers.txt',
    join([
      `${'CONTAINER'.padEnd(pad)}${'IMAGE'.padEnd(100)}RUNTIME`,
      ...rows.map(([id, name]) => `${id.padEnd(pad)}${name.padEnd(100)}io.containerd.runc.v2`),
    ]),
  );
  tree.set(
    'containerd/containerd-tasks.txt',
    join([
      `${'TASK'.padEnd(pad)}PID     STATUS`,
      ...rows.map(([id], n) => `${id.padEnd(pad)}${4100 + n * 37}    RUNNING`),
    ]),
  );
  tree.set('containerd/containerd-config.txt', 'version = 2\n');
  tree.set('containerd/containerd-version.txt', 'Client:\n  Version:  1.7.23\n');
}

/** Five rounds of the collector's check of the API server; 401 without a token is a healthy answer too. */
function curl(story: Story): string {
  const host = apiHost(story);
  let text = '';
  for (let round = 1; round <= 5; round++) {
    const t = later(story.end, round / 50)
      .toISOString()
      .slice(0, 23);
    text += `curling https://${host} (${round} of 5) ${t}UTC\n\n\n*   Trying ${story.plan.apiServer}:443...\n* Connected to ${host} (${story.plan.apiServer}) port 443\n> GET /livez?verbose HTTP/2\n< HTTP/2 200 \n[+]ping ok\n[+]log ok\n[+]etcd ok\nlivez check passed\n`;
  }
  return text;
}

function ping(target: string): string {
  const lines = Array.from(
    { length: 10 },
    (_, n) => `64 bytes from ${target} (10.255.0.10): icmp_seq=${n + 1} ttl=228 time=61.${n} ms`,
  );
  return join([
    `PING ${target} (10.255.0.10) 56(84) bytes of data.`,
    ...lines,
    '',
    `--- ${target} ping statistics ---`,
    '10 packets transmitted, 10 received, 0% packet loss, time 9012ms',
  ]);
}
