import { describe, expect, it } from 'vitest';
import {
  CNI_CONTAINERS,
  CONTAINERS,
  ENIS_120,
  IFCONFIG_NEW,
  IMAGES,
  IPAMD_LOG,
  KUBELET_LOG,
  METRICS,
  PS,
} from '../artifacts/samples.js';
import { factsOf } from './support.js';

const IPAMD = 'var_log/aws-routed-eni/ipamd.log';
const NAT = `*nat
:AWS-SNAT-CHAIN-0 - [0:0]
-A AWS-SNAT-CHAIN-0 -d 10.8.0.0/16 -m comment --comment "AWS SNAT CHAIN EXCLUSION" -j RETURN
-A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
-A AWS-SNAT-CHAIN-0 ! -d 100.64.0.0/10 -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-1
-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.1.5 --random-fully
COMMIT
`;

describe('identity of a node', () => {
  it('is joined from all its sources', async () => {
    const { identity } = await factsOf({
      'system/instance-id.txt': 'i-0a1b2c3d4e5f67890\n',
      'system/region.txt': 'eu-central-1\n',
      'kernel/uname.txt': 'Linux ip-10-0-1-5.ec2.internal 6.1.115-126.197.amzn2023.x86_64 #1 SMP x86_64\n',
      'kernel/dmesg.current': '[    0.000000] DMI: Amazon EC2 m5.xlarge/, BIOS 1.0 10/16/2017\n',
      'kubelet/kubelet.log': KUBELET_LOG,
      'system/ps.txt': PS,
      'containerd/containerd-containers.txt': CONTAINERS,
      'containerd/containerd-images.txt': IMAGES,
      'networking/ifconfig.txt': IFCONFIG_NEW,
      'ipamd/enis.json': ENIS_120,
      [IPAMD]: IPAMD_LOG,
    });
    expect(identity).toEqual({
      instanceId: 'i-0a1b2c3d4e5f67890',
      instanceType: 'm5.xlarge',
      region: 'eu-central-1',
      zone: 'eu-central-1a',
      hostname: 'ip-10-0-1-5.ec2.internal',
      primaryIp: '10.0.1.5',
      primaryMac: '0a:1b:2c:3d:4e:5f',
      primaryInterface: 'ens5',
      vpcId: 'vpc-0a1b2c3d4e5f67890',
      subnetId: 'subnet-0a1b2c3d4e5f67890',
      vpcCidrs: ['10.0.0.0/16', '100.64.0.0/10'],
      enis: ['eni-0a1b2c3d4e5f67890', 'eni-0b1b2c3d4e5f67891'],
      cniVersion: 'v1.18.1',
      nodeAgentVersion: 'v1.1.6',
      kubernetesVersion: 'v1.30.2-eks-1552ad0',
      kernel: '6.1.115-126.197.amzn2023.x86_64',
      os: 'al2023',
      ami: 'ami-0a1b2c3d4e5f67890',
      clusterName: null,
      eniMacs: new Map([['0a:1b:2c:3d:4e:60', { id: 'eni-0b1b2c3d4e5f67891', device: 1 }]]),
    });
  });

  it('knows nothing of an empty bundle', async () => {
    const { identity } = await factsOf({});
    expect(Object.values(identity).filter((v) => typeof v === 'string')).toEqual([]);
    expect([identity.vpcCidrs, identity.enis]).toEqual([[], []]);
  });

  it('takes the instance from the name of the archive, not from an error page', async () => {
    const { identity } = await factsOf(
      { 'system/instance-id.txt': '<html>404</html>' },
      { input: 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz' },
    );
    expect(identity.instanceId).toBe('i-0a1b2c3d4e5f67890');
  });

  it('has the version of what runs: metrics, then agreeing containers, then the last start', async () => {
    const metrics = await factsOf({
      'ipamd/metrics.json': METRICS,
      [IPAMD]: IPAMD_LOG.replace('v1.18.1', 'v1.19.0'),
    });
    expect(metrics.identity.cniVersion).toBe('v1.18.1');
    const several = { 'cni/cni-configuration-variables-containerd.json': CNI_CONTAINERS };
    expect((await factsOf({ ...several, [IPAMD]: IPAMD_LOG })).identity.cniVersion).toBe('v1.18.1');
    const one = {
      'cni/cni-configuration-variables-containerd.json': CNI_CONTAINERS.replace('v1.18.1', 'v1.19.2'),
    };
    expect((await factsOf({ ...one, [IPAMD]: IPAMD_LOG })).identity.cniVersion).toBe('v1.19.2');
  });

  it('finds the start of ipamd in rotated logs', async () => {
    const { identity } = await factsOf({
      'var_log/aws-routed-eni/ipamd-2024-05-17T10-31-22.123.log': IPAMD_LOG,
      [IPAMD]: IPAMD_LOG.split('\n').at(-1)!,
    });
    expect(identity).toMatchObject({ instanceId: 'i-0a1b2c3d4e5f67890', cniVersion: 'v1.18.1' });
  });

  it('reads the CIDRs of the VPC from the NAT chains, excluded ones aside', async () => {
    expect((await factsOf({ 'networking/iptables-save.txt': NAT })).identity.vpcCidrs).toEqual([
      '10.0.0.0/16',
      '100.64.0.0/10',
    ]);
  });

  it('takes primary address and interface from the routes where nothing else tells', async () => {
    const { identity } = await factsOf({
      'networking/iproute.txt':
        'default via 10.0.1.1 dev eth0 \nlocal 10.0.1.5 dev eth0 table local proto kernel scope host src 10.0.1.5 \n',
    });
    expect(identity).toMatchObject({ primaryIp: '10.0.1.5', primaryInterface: 'eth0', primaryMac: null });
  });
});
