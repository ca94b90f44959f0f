/** Logs of the node's system pods, in both places where the collector puts them. */
import { CNI_VERSION } from '../bundle/versions.js';
import { cri, join, klog, later, logrus, type Story } from './clock.js';
import type { Tree } from '../bundle/archive.js';

/** The same text under `var_log/<pod>_<ns>_<container>-<id>.log` and `var_log/<ns>_<pod>_<uid>/<container>/0.log`. */
export function writeContainerLogs(story: Story, tree: Tree): void {
  const { random } = story;
  const put = (pod: string, uid: string, container: string, text: string): void => {
    tree.set(`var_log/${pod}_kube-system_${container}-${random.hex(64)}.log`, text);
    tree.set(`var_log/kube-system_${pod}_${uid}/${container}/0.log`, text);
  };
  const awsNode = `aws-node-${random.chars('bcdfghjkmnpqrstvwxz2456789', 5)}`;
  const uid = random.uuid();
  if (!story.plan.overlay) {
    put(awsNode, uid, 'aws-vpc-cni-init', initLog(story));
    put(awsNode, uid, 'aws-node', awsNodeLog(story));
    put(awsNode, uid, 'aws-eks-nodeagent', '');
  }
  put(
    `kube-proxy-${random.chars('bcdfghjkmnpqrstvwxz2456789', 5)}`,
    random.uuid(),
    'kube-proxy',
    kubeProxyLog(story),
  );
  const coredns = story.pods.find((pod) => pod.key === 'E');
  if (coredns) put(coredns.name, coredns.uid, 'coredns', corednsLog(story));
}

function initLog(story: Story): string {
  const texts = ['Copying CNI plugin binaries ...', 'Found primaryIF eth0', 'CNI init container done'];
  return join(
    texts.map((text, n) => {
      const t = later(story.cniStart, -4 + n / 10);
      return cri(t, 'stdout', logrus(t, 'info', text));
    }),
  );
}

function awsNodeLog(story: Story): string {
  const texts = [
    `Starting IPAM daemon ${CNI_VERSION}... `,
    'Checking for IPAM connectivity... ',
    'Copying config file... ',
    'Successfully copied CNI plugin binary and config file.',
  ];
  return join(
    texts.map((text, n) => {
      const t = later(story.cniStart, -0.5 + n * 0.7);
      return cri(t, 'stdout', logrus(t, 'info', text));
    }),
  );
}

function kubeProxyLog(story: Story): string {
  const { node, plan } = story;
  const family = plan.options.ipv6 ? 'IPv6' : 'IPv4';
  const texts: [string, string][] = [
    ['server_linux.go:69', '"Using iptables proxy"'],
    ['server.go:1062', `"Successfully retrieved node IP(s)" IPs=["${node.ip6 ?? node.ip}"]`],
    ['conntrack.go:59', '"Setting nf_conntrack_max" nfConntrackMax=131072'],
    ['server.go:659', `"kube-proxy running in dual-stack mode" primary ipFamily="${family}"`],
    ['shared_informer.go:320', 'Caches are synced for service config'],
    ['shared_informer.go:320', 'Caches are synced for endpoint slice config'],
  ];
  return join(
    texts.map(([place, text], n) => {
      const t = later(story.boot, 70 + n / 10);
      return cri(t, 'stderr', klog(t, 'I', 1, place, text));
    }),
  );
}

function corednsLog(story: Story): string {
  const hash = story.random.hex(128);
  const texts = [
    '.:53',
    `[INFO] plugin/reload: Running configuration SHA512 = ${hash}`,
    'CoreDNS-1.11.3',
    'linux/amd64, go1.22.5, a6338e9',
  ];
  return join(texts.map((text, n) => cri(later(story.podsStart, 12 + n / 100), 'stdout', text)));
}
