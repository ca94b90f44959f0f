import { describe, expect, it } from 'vitest';
import { containerRestarts, logFiles } from '../../src/logs/sources.js';
import { rotatedName } from '../../src/logs/rotation.js';
import { bundleOf } from './helpers.js';

const HEX = '0eb5e27d88400f2471a40e16d3e7aacaa981e5c9281b6277739e4bac9abcdec9';
const listed = (names: readonly string[] | Record<string, string>): string[] => {
  const files = Array.isArray(names)
    ? Object.fromEntries(names.map((name: string) => [name, `${name}\n`]))
    : names;
  return logFiles(bundleOf(files as Record<string, string>)).map(
    ({ file, source }) => `${source} ${file.name}`,
  );
};

describe('logFiles', () => {
  it('knows the logs of a collector bundle and leaves the rest', () => {
    expect(
      listed([
        'cni/10-aws.conflist',
        'containerd/containerd-config.txt',
        'containerd/containerd-log.txt',
        'ipamd/metrics.json',
        'kernel/dmesg.current',
        'kernel/dmesg.human.current',
        'kernel/dmesg.boot',
        'kernel/uname.txt',
        'kubelet/kubelet.log',
        'kubelet/svc.log',
        'networking/iprule.txt',
        'nodeadm/nodeadm-run.log',
        'nodeadm/udev-net-manager_eth1.log',
        'system/ps.txt',
        'var_log/aws-routed-eni/ebpf-sdk.log',
        'var_log/aws-routed-eni/egress-v6-plugin.log',
        'var_log/aws-routed-eni/ipamd.log',
        'var_log/aws-routed-eni/network-policy-agent.log',
        'var_log/aws-routed-eni/plugin.log',
        'var_log/cloud-init-output.log',
        'var_log/kube-proxy.log',
        'var_log/messages',
        'var_log/syslog',
      ]),
    ).toEqual([
      'containerd containerd/containerd-log.txt',
      'kernel kernel/dmesg.current',
      'kubelet kubelet/kubelet.log',
      'nodeadm nodeadm/nodeadm-run.log',
      'nodeadm nodeadm/udev-net-manager_eth1.log',
      'ebpf-sdk var_log/aws-routed-eni/ebpf-sdk.log',
      'egress-plugin var_log/aws-routed-eni/egress-v6-plugin.log',
      'ipamd var_log/aws-routed-eni/ipamd.log',
      'network-policy-agent var_log/aws-routed-eni/network-policy-agent.log',
      'cni-plugin var_log/aws-routed-eni/plugin.log',
      'other var_log/cloud-init-output.log',
      'kube-proxy var_log/kube-proxy.log',
      'messages var_log/messages',
      'messages var_log/syslog',
    ]);
  });

  it('orders rotated files in time, the current one last', () => {
    const folder = 'var_log/aws-routed-eni';
    expect(
      listed([
        `${folder}/ipamd.log`,
        `${folder}/ipamd-2024-05-17T09-31-22.123.log`,
        `${folder}/ipamd-2024-05-16T23-00-00.001.log.gz`,
        `${folder}/plugin.log.2018-05-16-21`,
        `${folder}/plugin.log.2018-05-16-09`,
        `${folder}/plugin.log`,
        'var_log/messages.2.gz',
        'var_log/messages.10',
        'var_log/messages',
        'var_log/messages.1',
      ]),
    ).toEqual([
      `ipamd ${folder}/ipamd-2024-05-16T23-00-00.001.log.gz`,
      `ipamd ${folder}/ipamd-2024-05-17T09-31-22.123.log`,
      `ipamd ${folder}/ipamd.log`,
      `cni-plugin ${folder}/plugin.log.2018-05-16-09`,
      `cni-plugin ${folder}/plugin.log.2018-05-16-21`,
      `cni-plugin ${folder}/plugin.log`,
      'messages var_log/messages.10',
      'messages var_log/messages.2.gz',
      'messages var_log/messages.1',
      'messages var_log/messages',
    ]);
  });

  it('reads one copy of each container log, in the order of restarts and rotation', () => {
    const pods = 'var_log/kube-system_aws-node-91114_529cacb9-2f7a-4a1e-9d5b-62a552c25cfb';
    const line = (n: number): string => `2024-05-17T09:31:0${n}.123456789Z stdout F x\n`;
    expect(
      listed({
        [`${pods}/aws-node/0.log`]: line(1),
        [`${pods}/aws-node/10.log`]: line(5),
        [`${pods}/aws-node/2.log`]: line(4),
        [`${pods}/aws-node/2.log.20240517-093122`]: line(2),
        [`${pods}/aws-node/2.log.20240517-093322.gz`]: line(3),
        [`${pods}/aws-vpc-cni-init/0.log`]: line(6),
        // The link's target, a little longer by the time it was copied.
        [`var_log/aws-node-91114_kube-system_aws-node-${HEX}.log`]: line(5) + line(7),
        // Another container of the same pod that pods/ lacks, and another pod.
        [`var_log/aws-node-91114_kube-system_aws-eks-nodeagent-${HEX}.log`]: line(6),
        [`var_log/coredns-1_kube-system_coredns-${HEX}.log`]: line(6),
        [`var_log/kube-system_coredns-2_abc/coredns/0.log`]: line(6),
        // An older instance whose log in pods/ is gone.
        [`var_log/aws-node-91114_kube-system_aws-vpc-cni-init-${HEX}.log`]: line(8),
      }),
    ).toEqual([
      `aws-eks-nodeagent var_log/aws-node-91114_kube-system_aws-eks-nodeagent-${HEX}.log`,
      `aws-node ${pods}/aws-node/0.log`,
      `aws-node ${pods}/aws-node/2.log.20240517-093122`,
      `aws-node ${pods}/aws-node/2.log.20240517-093322.gz`,
      `aws-node ${pods}/aws-node/2.log`,
      `aws-node ${pods}/aws-node/10.log`,
      `aws-node ${pods}/aws-vpc-cni-init/0.log`,
      `aws-node var_log/aws-node-91114_kube-system_aws-vpc-cni-init-${HEX}.log`,
      `coredns var_log/coredns-1_kube-system_coredns-${HEX}.log`,
      'coredns var_log/kube-system_coredns-2_abc/coredns/0.log',
    ]);
  });

  it('counts two empty copies once, and keeps pods apart by namespace', () => {
    expect(
      listed({
        [`var_log/kube-system_a-1_u/aws-eks-nodeagent/0.log`]: '',
        [`var_log/a-1_kube-system_aws-eks-nodeagent-${HEX}.log`]: '',
        [`var_log/a-1_shop_coredns-${HEX}.log`]: 'x',
        [`var_log/kube-system_ebs-csi-node-1_u/ebs-plugin/0.log`]: 'x',
      }),
    ).toEqual([
      'aws-eks-nodeagent var_log/kube-system_a-1_u/aws-eks-nodeagent/0.log',
      'other-pod var_log/kube-system_ebs-csi-node-1_u/ebs-plugin/0.log',
      `other-pod var_log/a-1_shop_coredns-${HEX}.log`,
    ]);
  });

  it('knows Bottlerocket, old CNI bundles, Auto Mode and Windows', () => {
    const flat = {
      'journalctl.log': 'x',
      'journalctl.errors': 'x',
      dmesg: 'x',
      'ipamd.log': 'x',
      'plugin.log': 'x',
    };
    const bottlerocket = logFiles(bundleOf(flat, 'bottlerocket'));
    expect(bottlerocket.map(({ file, source, byTag }) => [file.name, source, byTag === true])).toEqual([
      ['ipamd.log', 'ipamd', false],
      ['journalctl.log', 'messages', true],
      ['plugin.log', 'cni-plugin', false],
    ]);
    expect(listed({ dmesg: 'x' })).toEqual(['kernel dmesg']);
    expect(listed(['var/log/aws-routed-eni/ipamd.log.2018-05-16-21', 'eni.out'])).toEqual([
      'ipamd var/log/aws-routed-eni/ipamd.log.2018-05-16-21',
    ]);
    expect(listed(['automode/coredns.txt', 'automode/kube-proxy.txt'])).toEqual([
      'coredns automode/coredns.txt',
      'kube-proxy automode/kube-proxy.txt',
    ]);
    expect(listed(['system/kubelet/kubelet-service.csv', 'system/eks/vpc-bridge.log'])).toEqual([
      'cni-plugin system/eks/vpc-bridge.log',
      'kubelet system/kubelet/kubelet-service.csv',
    ]);
  });

  it('takes the kernel log with wall time where the other is empty', () => {
    expect(listed({ 'kernel/dmesg.current': '', 'kernel/dmesg.human.current': 'x' })).toEqual([
      'kernel kernel/dmesg.human.current',
    ]);
  });
});

describe('containerRestarts', () => {
  it('reads them from the names of logs', () => {
    const pods = 'var_log/kube-system_aws-node-6bfa4_8fbf501d-2f7a-4a1e-9d5b-9ba8c343a46e';
    const bundle = bundleOf({
      [`${pods}/aws-node/8.log`]: 'x',
      [`${pods}/aws-node/9.log.20240517-093122`]: 'x',
      [`${pods}/aws-node/9.log`]: 'x',
      [`${pods}/aws-vpc-cni-init/0.log`]: 'x',
      [`var_log/aws-node-6bfa4_kube-system_aws-node-${HEX}.log`]: 'x',
    });
    const place = { namespace: 'kube-system', pod: 'aws-node-6bfa4' };
    expect(containerRestarts(bundle)).toEqual([
      { ...place, container: 'aws-node', restarts: 9, file: `${pods}/aws-node/9.log` },
      { ...place, container: 'aws-vpc-cni-init', restarts: 0, file: `${pods}/aws-vpc-cni-init/0.log` },
    ]);
  });
});

describe('rotatedName', () => {
  it.each([
    ['ipamd-2024-05-17T09-31-22.123.log', 'ipamd.log', '20240517093122123'],
    ['ipamd.log.2018-05-16-21', 'ipamd.log', '20180516210000000'],
    ['0.log.20240517-093122', '0.log', '20240517093122000'],
    ['kube-proxy.log-20240517', 'kube-proxy.log', '20240517000000000'],
    ['messages.3', 'messages', '00000000000009997'],
    ['ipamd.log', 'ipamd.log', null],
    ['nodeadm-run.log', 'nodeadm-run.log', null],
  ])('%s', (name, base, stamp) => {
    expect(rotatedName(name)).toEqual({ base, stamp });
  });
});
