/** The healthy bundle that every variant starts from: a shipped sample, unpacked once. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Tree } from '../bundle/archive.js';

export interface BasePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ip: string;
  readonly veth: string;
  readonly sandbox: string;
}

export interface Base {
  readonly tree: Tree;
  readonly instanceId: string;
  readonly host: string;
  readonly ip: string;
  readonly eni: string;
  readonly mac: string;
  readonly vpcCidr: string;
  readonly cni: string;
  readonly boot: Date;
  /** When the collector ran. */
  readonly end: Date;
  /** An application pod, another one, and CoreDNS. */
  readonly pods: readonly [BasePod, BasePod, BasePod];
}

const ARCHIVE = fileURLToPath(
  new URL(
    '../../samples/cases/healthy/bundles/eks_i-07e60ab9a392574e6_2026-11-20_2333-UTC_0.7.9.tar.gz',
    import.meta.url,
  ),
);

export async function loadBase(): Promise<Base> {
  const tree: Tree = new Map();
  const tar = extract();
  tar.end(gunzipSync(await readFile(ARCHIVE)));
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type === 'file')
      tree.set(entry.header.name.replace(/^\.\//, ''), Buffer.concat(chunks).toString('utf8'));
  }
  const pod = (
    namespace: string,
    name: string,
    uid: string,
    ip: string,
    veth: string,
    sandbox: string,
  ): BasePod => ({
    namespace,
    name,
    uid,
    ip,
    veth,
    sandbox,
  });
  return {
    tree,
    instanceId: 'i-07e60ab9a392574e6',
    host: 'ip-10-67-70-17',
    ip: '10.67.70.17',
    eni: 'eni-0bc5ace314987ad4e',
    mac: '0a:a7:eb:c3:85:a9',
    vpcCidr: '10.67.0.0/16',
    cni: 'v1.21.1',
    boot: new Date('2026-11-20T22:47:11Z'),
    end: new Date('2026-11-20T23:33:11Z'),
    pods: [
      pod(
        'payments',
        'orders-api-7kwwx7txns-bwnhb',
        '3589b2ad-6148-4e2b-a225-26456f5e9def',
        '10.67.70.70',
        'enicf606c3b1e3',
        '5c0171e07ccd54eee4eea21c37344c5601340cc14a6a7c56163d2b2db1709a1f',
      ),
      pod(
        'payments',
        'catalog-8q9zr55s5m-xc7kc',
        'c8e60b17-2b30-4366-a724-6432b0ea53b9',
        '10.67.70.97',
        'enid7c1f48b9ab',
        '214ce0abb4f112e457a34858bfc90b861c63871363f38a6a9bc69f386de1bb90',
      ),
      pod(
        'kube-system',
        'coredns-bx5rgrcvpj-gwbn8',
        '62636d0f-c889-4749-ab4c-69d104d0b0a8',
        '10.67.70.105',
        'enife6001663bb',
        'ae05cb491b8a610242f707225b6dfbee3b531860ef272d8901f0ab387d989bbf',
      ),
    ],
  };
}
