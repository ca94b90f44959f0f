/** A CNI version that is known to be bad, and another CNI beside this one. */
import { cniVersion, monitoringAgentLayout } from '../layout.js';
import { fault, type Variant } from '../types.js';

const CALICO_CHAINS = [
  'cali-FORWARD',
  'cali-from-wl-dispatch',
  'cali-to-wl-dispatch',
  'cali-tw-enicf606c3b1e3',
  'cali-fw-enicf606c3b1e3',
];

export const versionFaults: Variant[] = [
  fault({
    name: 'bad-cni-version-everywhere',
    why: 'v1.20.4 runs.',
    expected: ['bad_cni_version'],
    severe: ['cni-version-known-bad'],
    edit: (node) => cniVersion(node, 'v1.20.4'),
  }),
  fault({
    name: 'bad-cni-version-log-only',
    why: 'Only the start line of ipamd tells the version; containerd was not asked.',
    expected: ['bad_cni_version'],
    severe: ['cni-version-known-bad'],
    edit(node) {
      monitoringAgentLayout(node);
      cniVersion(node, 'v1.20.4');
      node.finally((n) =>
        n.remove(
          /^cni\/cni-configuration|^containerd\/containerd-(containers|tasks)|^var_log\/kube-system_aws-node/,
        ),
      );
    },
  }),
  fault({
    name: 'bad-cni-version-containers-only',
    why: 'The logs are gone; the running container and its environment tell the version.',
    expected: ['bad_cni_version'],
    severe: ['cni-version-known-bad'],
    edit(node) {
      cniVersion(node, 'v1.20.4');
      node.finally((n) => n.remove(/^var_log\/aws-routed-eni\/ipamd|^var_log\/(kube-system_)?aws-node-/));
    },
  }),
  fault({
    name: 'calico-node-running',
    why: 'Calico enforces with Felix while the network policy agent enforces too.',
    expected: ['calico_coexistence'],
    severe: ['calico-with-vpc-cni'],
    edit(node) {
      node.append(
        'system/ps.txt',
        'root        5120  0.0  0.1   4404  2200 ?   Ss   08:03   0:00 /usr/local/bin/runsvdir -P /etc/service/enabled',
        'root        5188  1.4  0.9 1902416 71400 ?  Sl   08:03   1:19 calico-node -felix',
      );
      node.append(
        'containerd/containerd-containers.txt',
        `${'9a'.repeat(32)}    quay.io/calico/node:v3.26.4     io.containerd.runc.v2`,
      );
      node.append('containerd/containerd-tasks.txt', `${'9a'.repeat(32)}    5120    RUNNING`);
      for (const chain of CALICO_CHAINS) node.filterChain(chain, 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
        '  214 18812 cali-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:wUHhoiAYhphO9Mso */',
      );
      node.filterRule(
        'cali-FORWARD',
        'last',
        '-i eni+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -j cali-from-wl-dispatch',
        '  107  9406 cali-from-wl-dispatch  0    --  eni+   *       0.0.0.0/0            0.0.0.0/0            /* cali:8ZoYfO5HKXWbB3pk */',
      );
    },
  }),
  fault({
    name: 'calico-left-behind-still-enforcing',
    why: 'Calico is gone, its chains still hang in FORWARD with hits, and the agent enforces as well.',
    expected: ['calico_coexistence'],
    severe: ['calico-with-vpc-cni'],
    edit(node) {
      for (const chain of CALICO_CHAINS) node.filterChain(chain, 1);
      node.filterRule(
        'FORWARD',
        'first',
        '-m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD',
        '  214 18812 cali-FORWARD  0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:wUHhoiAYhphO9Mso */',
      );
      node.filterRule(
        'cali-FORWARD',
        'last',
        '-o eni+ -m comment --comment "cali:jxvuJjmmRV135nVu" -j cali-to-wl-dispatch',
        '   97  8806 cali-to-wl-dispatch  0    --  *      eni+    0.0.0.0/0            0.0.0.0/0            /* cali:jxvuJjmmRV135nVu */',
      );
      node.filterRule(
        'cali-to-wl-dispatch',
        'last',
        '-o enicf606c3b1e3 -m comment --comment "cali:kPmfMAYwWJ2gwtkn" -g cali-tw-enicf606c3b1e3',
        '   97  8806 cali-tw-enicf606c3b1e3  0    --  *      enicf606c3b1e3  0.0.0.0/0            0.0.0.0/0           [goto]  /* cali:kPmfMAYwWJ2gwtkn */',
      );
      node.filterRule(
        'cali-tw-enicf606c3b1e3',
        'last',
        '-m comment --comment "cali:vhMPDsFvMSRaaMRi" -m comment --comment "Drop if no profiles matched" -j DROP',
        '   41  2460 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* cali:vhMPDsFvMSRaaMRi */ /* Drop if no profiles matched */',
      );
    },
  }),
  fault({
    name: 'calico-own-cni-beside',
    why: "Calico's own CNI configuration sorts before the VPC CNI's, and calico-node runs.",
    expected: ['calico_coexistence'],
    severe: ['calico-with-vpc-cni'],
    edit(node) {
      node.write(
        'cni/10-calico.conflist',
        JSON.stringify(
          {
            name: 'k8s-pod-network',
            cniVersion: '0.3.1',
            plugins: [
              { type: 'calico', ipam: { type: 'calico-ipam' } },
              { type: 'portmap', snat: true },
            ],
          },
          null,
          2,
        ),
      );
      node.append(
        'system/ps.txt',
        'root        5188  1.4  0.9 1902416 71400 ?  Sl   08:03   1:19 calico-node -felix',
        'root        5190  0.3  0.6 1312016 51400 ?  Sl   08:03   0:21 calico-node -confd',
      );
      node.append(
        'containerd/containerd-containers.txt',
        `${'9a'.repeat(32)}    docker.io/calico/node:v3.27.0     io.containerd.runc.v2`,
      );
      node.append('containerd/containerd-tasks.txt', `${'9a'.repeat(32)}    5120    RUNNING`);
    },
  }),
];
