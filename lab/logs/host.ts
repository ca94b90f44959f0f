/** kubelet, containerd, kernel and system logs of a healthy node. */
import { KERNEL, KUBELET_VERSION } from '../bundle/versions.js';
import {
  dmesg,
  dmesgHuman,
  join,
  journal,
  klog,
  later,
  logrusNano,
  podStart,
  syslog,
  type Story,
} from './clock.js';

export function kubeletLog(story: Story): string {
  const { node, pods, random } = story;
  const line = (t: Date, level: 'I' | 'W' | 'E', place: string, text: string): string =>
    journal(t, node.hostName, 'kubelet[2931]', klog(t, level, 2931, place, text));
  const lines = [
    line(
      later(story.boot, 60),
      'I',
      'server.go:491',
      `"Kubelet version" kubeletVersion="${KUBELET_VERSION}"`,
    ),
    line(
      later(story.boot, 60.1),
      'I',
      'server.go:493',
      '"Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK=""',
    ),
    ...pods.map((pod, index) =>
      line(
        later(podStart(story, index), 2),
        'I',
        'pod_startup_latency_tracker.go:104',
        `"Observed pod startup duration" pod="${pod.namespace}/${pod.name}" podStartSLOduration=2.${random.int(100, 900)}`,
      ),
    ),
  ];
  for (let t = later(story.podsStart, 30); t < story.end; t = later(t, random.int(25, 90))) {
    const pod = random.pick(pods);
    lines.push(
      random.int(0, 3) === 0
        ? line(t, 'I', 'scope.go:117', `"RemoveContainer" containerID="${random.hex(64)}"`)
        : line(
            t,
            'I',
            'kubelet.go:2480',
            `"SyncLoop (probe)" probe="readiness" status="ready" pod="${pod.namespace}/${pod.name}"`,
          ),
    );
  }
  return join(lines);
}

export function containerdLog(story: Story): string {
  const { node, pods } = story;
  return join(
    pods.map((pod, index) => {
      const t = later(podStart(story, index), 0.2);
      const sandbox = `&PodSandboxMetadata{Name:${pod.name},Uid:${pod.uid},Namespace:${pod.namespace},Attempt:0,}`;
      const msg = `RunPodSandbox for ${sandbox} returns sandbox id "${pod.sandboxId}"`;
      return journal(t, node.hostName, 'containerd[2780]', logrusNano(t, 'info', msg));
    }),
  );
}

function kernelLines(story: Story): [number, string][] {
  const { node, pods } = story;
  const ready = (device: string): string => `IPv6: ADDRCONF(NETDEV_CHANGE): ${device}: link becomes ready`;
  const offset = (story.podsStart.getTime() - story.boot.getTime()) / 1000;
  return [
    [
      0,
      `Linux version ${KERNEL} (mockbuild@builder) (gcc (GCC) 11.4.1) #1 SMP PREEMPT_DYNAMIC Tue Nov  5 17:36:57 UTC 2024`,
    ],
    [0, `Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz-${KERNEL} ro console=tty0 net.ifnames=0`],
    [0, 'DMI: Amazon EC2 m5.xlarge/, BIOS 1.0 10/16/2017'],
    [1.42, `ena 0000:00:05.0: Elastic Network Adapter (ENA) found at mem c0500000, mac addr ${node.mac}`],
    [3.1, 'systemd[1]: Detected architecture x86-64.'],
    [9.71, 'IPVS: Registered protocols (TCP, UDP, SCTP, AH, ESP)'],
    [41, ready('eth0')],
    ...pods.map((pod, index): [number, string] => [offset + index * 3.3, ready(pod.hostVeth)]),
  ];
}

export function dmesgCurrent(story: Story): string {
  return join(kernelLines(story).map(([at, text]) => dmesg(at, text)));
}

export function dmesgHumanCurrent(story: Story): string {
  return join(kernelLines(story).map(([at, text]) => dmesgHuman(later(story.boot, at), text)));
}

export function messages(story: Story): string {
  const host = story.node.hostName.split('.')[0]!;
  const chatter = [
    ['systemd[1]', 'Starting sysstat-collect.service - system activity accounting tool...'],
    ['chronyd[1650]', 'Selected source 169.254.169.123'],
    ['amazon-ssm-agent[2201]', 'INFO [ssm-agent-worker] Health reporting succeeded'],
    ['systemd-logind[1702]', 'Watching system buttons on /dev/input/event0'],
  ] as const;
  const lines = kernelLines(story).map(([at, text]) => syslog(later(story.boot, at), host, 'kernel', text));
  for (let t = later(story.podsStart, 60); t < story.end; t = later(t, story.random.int(120, 400))) {
    const [tag, text] = story.random.pick(chatter);
    lines.push(syslog(t, host, tag, text));
  }
  return join(lines);
}
