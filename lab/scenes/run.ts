/** Makes a scene: a client, a router and a server in namespaces, real traffic, one capture at each host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addNamespace, inside, ip, removeNamespaces, run, runProgram, sleep, start } from '../shell.js';
import type { Scene } from './scene.js';

const MTU = 1500;
const PROGRAM = fileURLToPath(new URL('../traffic/scene.py', import.meta.url));
/** Scenes take up to ten seconds. */
const PATIENCE = 40;

interface Stage {
  readonly client: string;
  readonly router: string;
  readonly server: string;
  readonly line: string;
}

/** Writes `<folder>/<scene>-client.pcap` and `-server.pcap`; `id` names the namespaces. */
export async function makeScene(scene: Scene, folder: string, id: string): Promise<void> {
  const stage = { client: `${id}-c`, router: `${id}-r`, server: `${id}-s`, line: `${id}-l` };
  try {
    await build(stage, scene);
    for (const line of scene.setup ?? [])
      await run(['sh', '-c', line.replace(/\{(\w+)\}/g, (_, key: keyof Stage) => stage[key])]);
    const name = scene.plays ?? scene.name;
    const play = start(['python3', PROGRAM, name.replaceAll('-', '_'), stage.client, stage.server]);
    await heard(play, 'ready');
    const taps = await Promise.all(
      (['client', 'server'] as const).map((side) =>
        capture(stage[side], join(folder, `${scene.name}-${side}.pcap`), scene.snaplen),
      ),
    );
    await sleep(0.2);
    play.stdin?.write('go\n');
    await heard(play, 'done');
    await sleep(1.2);
    await Promise.all(taps.map(end));
  } finally {
    removeNamespaces(Object.values(stage));
  }
}

async function build(stage: Stage, scene: Scene): Promise<void> {
  const { client, router, server, line } = stage;
  for (const netns of [client, router, server]) {
    await addNamespace(netns);
    await ip(netns, 'link set lo up');
    const off = ['net.ipv6.conf.default.accept_dad=0', 'net.ipv4.conf.default.rp_filter=0'];
    await run(inside(netns, ['sysctl', '-q', '-w', ...off]));
  }
  await run(
    inside(router, ['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']),
  );
  await link(stage, client, 'c', 1, router);
  if (scene.cable === undefined) {
    await link(stage, server, 's', 2, router);
    return;
  }
  await addNamespace(line);
  await link(stage, server, 's', 2, line);
  await ip(router, `link add s mtu ${MTU} type veth peer name r mtu ${MTU} netns ${line}`);
  await address(router, 's', 2, 1);
  await run(inside(line, ['sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1']));
  await ip(line, 'link set r up');
  await ip(line, 'link set s up');
  for (const [netns, name] of [
    [server, 'eth0'],
    [router, 's'],
  ] as const)
    await run(inside(netns, ['ethtool', '-K', name, 'tx', 'off', 'tso', 'off', 'gso', 'off']));
  await runProgram(line, 'cable.py', [JSON.stringify({ ...scene.cable, ends: ['r', 's'] })]);
}

/** A host's `eth0` and, at the router, its gateway. */
async function link(stage: Stage, host: string, port: string, net: number, other: string): Promise<void> {
  await ip(host, `link add eth0 mtu ${MTU} type veth peer name ${port} mtu ${MTU} netns ${other}`);
  await address(host, 'eth0', net, 2);
  if (other === stage.router) await address(other, port, net, 1);
  await ip(host, `route add default via 10.9.${net}.1`);
  await ip(host, `-6 route add default via fd09:${net}::1`);
}

async function address(netns: string, device: string, net: number, host: number): Promise<void> {
  await ip(netns, `addr add 10.9.${net}.${host}/24 dev ${device}`);
  await ip(netns, `-6 addr add fd09:${net}::${host}/64 dev ${device} nodad`);
  await ip(netns, `link set ${device} up`);
}

async function capture(netns: string, path: string, snaplen = 262_144): Promise<ChildProcess> {
  const options = ['-U', '-Z', 'root', '-s', String(snaplen), '-B', '16384'];
  const child = spawn('ip', ['netns', 'exec', netns, 'tcpdump', '-i', 'eth0', ...options, '-w', path]);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('listening on')) resolve();
    });
    child.once('close', () => {
      reject(new Error(`tcpdump ended: ${said}`));
    });
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  await Promise.race([closed, sleep(5)]);
}

/** Waits for a word of the program; its errors end the wait. */
function heard(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let errors = '';
    const timer = setTimeout(() => {
      reject(new Error(`not "${word}" within ${PATIENCE} s: ${errors}`));
    }, PATIENCE * 1000);
    const settle = (how: () => void) => () => {
      clearTimeout(timer);
      how();
    };
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(word)) settle(resolve)();
    });
    child.once(
      'close',
      settle(() => {
        reject(new Error(`the scene ended before "${word}": ${errors}`));
      }),
    );
  });
}
