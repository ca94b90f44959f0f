import { describe, expect, it } from 'vitest';
import { parseApiServerCheck } from '../../src/artifacts/api-server.js';
import { parseContainerList } from '../../src/artifacts/container-list.js';
import { parseIpamdIdentity } from '../../src/artifacts/ipamd-identity.js';
import { parseIpvsadm } from '../../src/artifacts/ipvsadm.js';
import { parseKubeProxyMode } from '../../src/artifacts/kube-proxy-log.js';
import { parseClusterName } from '../../src/artifacts/kubeconfig.js';
import { parseKubeletIdentity } from '../../src/artifacts/kubelet-identity.js';
import { osOfKernel, parseDmesgIdentity, parseOsRelease, parseUname } from '../../src/artifacts/os.js';
import { parseProcesses } from '../../src/artifacts/processes.js';
import { parseResolvConf } from '../../src/artifacts/resolv-conf.js';
import { CONTAINERS, CURL, GET_API, IMAGES, IPAMD_LOG, IPVSADM, KUBELET_LOG, PS, RESOLV } from './samples.js';

describe('API server check', () => {
  it('counts answers of any status, keeps failures, measures the clock', () => {
    expect(parseApiServerCheck(CURL, 'f').value).toEqual({
      url: 'https://7C3A1B.gr7.eu-central-1.eks.amazonaws.com',
      attempts: 2,
      reached: 1,
      errors: [
        { text: '* connect to 10.0.9.1 port 443 failed: Connection timed out', loc: { file: 'f', line: 12 } },
        {
          text: 'curl: (28) Failed to connect to 7C3A1B.gr7.eu-central-1.eks.amazonaws.com port 443: Connection timed out',
          loc: { file: 'f', line: 13 },
        },
      ],
      clockSkewSeconds: 20,
    });
  });

  it('reads the form of the node monitoring agent, and its silence as a failure', () => {
    expect(parseApiServerCheck(GET_API, 'f').value).toMatchObject({ attempts: 1, reached: 1, errors: [] });
    expect(parseApiServerCheck(GET_API.split('\n')[0]!, 'f').value).toMatchObject({
      attempts: 1,
      reached: 0,
      errors: [{ text: 'no answer was recorded', loc: { file: 'f', line: 1 } }],
    });
  });

  it('takes a connection without a failure for an answer, and a refusal in JSON', () => {
    const round = (...lines: string[]): string =>
      ['curling https://x.eks.amazonaws.com (1 of 5) 2024-05-17T09:31:22.123UTC', ...lines, ''].join('\n');
    const reached = (...lines: string[]): number => parseApiServerCheck(round(...lines), 'f').value.reached;
    expect(reached('* Connected to x.eks.amazonaws.com (10.0.9.1) port 443')).toBe(1);
    expect(reached('* Connected to x port 443', 'curl: (28) Operation timed out after 5000 ms')).toBe(0);
    expect(reached('{"kind":"Status","status":"Failure","code":403}')).toBe(1);
    expect(reached('*   Trying 10.0.9.1:443...')).toBe(0);
  });

  it('lets the last run count', () => {
    expect(parseApiServerCheck(CURL + CURL, 'f').value).toMatchObject({
      attempts: 2,
      errors: [{ loc: { line: 25 } }, {}],
    });
  });
});

describe('ipvsadm', () => {
  it('reads services and real servers of the first part', () => {
    const { value } = parseIpvsadm(IPVSADM, 'f');
    expect(
      value.map((s) => [s.clusterIp, s.port, s.protocol, s.endpoints.map((e) => `${e.ip} ${e.port}`)]),
    ).toEqual([
      ['172.20.0.10', 53, 'tcp', ['10.0.2.7 53', '10.0.3.8 53']],
      ['172.20.0.10', 53, 'udp', []],
      ['fd00::a', 443, 'tcp', ['2600:1f13::9 8443']],
    ]);
    expect(value[0]!.endpoints[1]!.loc.line).toBe(3);
  });

  it('finds nothing where it is not installed, and passes over the heading of some releases', () => {
    expect(parseIpvsadm('ipvsadm not installed\n', 'f').value).toEqual([]);
    expect(parseIpvsadm(`add:service/server …\n${IPVSADM}`, 'f').value).toHaveLength(3);
  });
});

describe('images and processes', () => {
  it('reads both lists of containerd', () => {
    expect(
      parseContainerList(CONTAINERS, 'f').value.map((i) => [i.image.split('/').at(-1), i.loc.line]),
    ).toEqual([
      ['amazon-k8s-cni:v1.19.2-eksbuild.1', 2],
      ['aws-network-policy-agent:v1.1.6', 3],
    ]);
    expect(parseContainerList(IMAGES, 'f').value.map((i) => i.image.split('/').at(-1))).toEqual([
      'kube-proxy:v1.30.0-eksbuild.3',
    ]);
    expect(parseContainerList('ctr: failed to dial "/run/containerd/containerd.sock"', 'f').understood).toBe(
      0,
    );
  });

  it('takes command lines without the tree', () => {
    expect(parseProcesses(PS.split('\n'), 'f').value).toMatchObject([
      { command: '[kthreadd]', loc: { file: 'f', line: 2 } },
      { command: expect.stringMatching(/^\/usr\/bin\/kubelet --hostname/), loc: { file: 'f', line: 3 } },
      { command: '/app/aws-vpc-cni', loc: { file: 'f', line: 4 } },
    ]);
  });
});

describe('who the node is', () => {
  it('reads the start of ipamd, the last version counts', () => {
    expect(parseIpamdIdentity(IPAMD_LOG.split('\n'))).toEqual({
      instanceId: 'i-0a1b2c3d4e5f67890',
      instanceType: 'm5.large',
      region: 'eu-central-1',
      zone: 'eu-central-1a',
      primaryIp: '10.0.1.5',
      primaryMac: '0a:1b:2c:3d:4e:5f',
      primaryEni: 'eni-0a1b2c3d4e5f67890',
      subnetId: 'subnet-0a1b2c3d4e5f67890',
      vpcId: 'vpc-0a1b2c3d4e5f67890',
      cniVersion: 'v1.18.1',
      clusterVersion: 'v1.30.2-eks-db838b0',
      vpcCidrs: ['10.0.0.0/16', '100.64.0.0/10'],
      enis: [{ id: 'eni-0b1b2c3d4e5f67891', mac: '0a:1b:2c:3d:4e:60', device: 1 }],
    });
  });

  it('reads kubelet logs and flags', () => {
    expect(parseKubeletIdentity(KUBELET_LOG.split('\n'))).toEqual({
      version: 'v1.30.2-eks-1552ad0',
      hostname: 'ip-10-0-1-5.ec2.internal',
      instanceId: 'i-0a1b2c3d4e5f67890',
      ami: 'ami-0a1b2c3d4e5f67890',
    });
    const iso = '2024-05-17T09:31:22.123456+0000 ip-10-0-1-6.ec2.internal kubelet[2134]: I0517 x';
    expect(parseKubeletIdentity([iso]).hostname).toBe('ip-10-0-1-6.ec2.internal');
    expect(parseKubeletIdentity(['/usr/bin/kubelet --hostname-override=i-abc'])).toMatchObject({
      hostname: 'i-abc',
    });
  });

  it('reads kernel, system and machine', () => {
    const al2023 = 'Linux ip-10-0-1-5.ec2.internal 6.1.115-126.197.amzn2023.x86_64 #1 SMP x86_64 GNU/Linux\n';
    expect(parseUname(al2023)).toEqual({
      hostname: 'ip-10-0-1-5.ec2.internal',
      kernel: '6.1.115-126.197.amzn2023.x86_64',
    });
    const kernels = [
      '6.1.115-126.197.amzn2023.x86_64',
      '5.10.215-203.850.amzn2.aarch64',
      '6.8.0-1009-aws',
      '6.1.112',
    ];
    expect(kernels.map((kernel) => osOfKernel(kernel))).toEqual(['al2023', 'al2', 'ubuntu', null]);
    expect(parseOsRelease('NAME=Bottlerocket\nID=bottlerocket\n')).toBe('bottlerocket');
    const dmesg = [
      '[    0.000000] Linux version 6.1.112 (x@y)',
      '[    0.000000] DMI: Amazon EC2 m5.large/, BIOS 1.0 10/16/2017',
    ];
    expect(parseDmesgIdentity(dmesg)).toEqual({ instanceType: 'm5.large', kernel: '6.1.112' });
  });

  it('reads nameservers and the cluster of a kubeconfig', () => {
    expect(parseResolvConf(RESOLV, 'f').value).toEqual([
      { address: '169.254.169.253', loc: { file: 'f', line: 3 } },
      { address: 'fe80::1%ens5', loc: { file: 'f', line: 4 } },
    ]);
    const kubeconfig =
      'users:\n- name: kubelet\n  user:\n    exec:\n      args: [eks, get-token, --cluster-name, prod]\n';
    expect(parseClusterName(kubeconfig)).toBe('prod');
    const listed =
      'users:\n- user:\n    exec:\n      args:\n        - "token"\n        - "-i"\n        - "prod-2"\n';
    expect(parseClusterName(listed)).toBe('prod-2');
    expect(parseClusterName('users: null\n')).toBeNull();
    expect(parseClusterName('args: [-i, --region]')).toBeNull();
  });

  it('reads the mode of kube-proxy, old and new words, the last start', () => {
    expect(parseKubeProxyMode(['x] Using ipvs Proxier.', 'y] "Using iptables Proxier"'])).toBe('iptables');
    expect(parseKubeProxyMode(['"Using iptables proxy"'])).toBe('iptables');
    expect(parseKubeProxyMode(['"Using nftables Proxier"'])).toBe('nftables');
    expect(parseKubeProxyMode(["can't use ipvs proxier, trying iptables"])).toBe('iptables');
    expect(parseKubeProxyMode(['loaded module ip_vs'])).toBeNull();
  });
});
