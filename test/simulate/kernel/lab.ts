import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Addresses } from './addresses.js';
import { DEVICES } from './addresses.js';

/** What `probe.py` saw of a packet. */
export interface ProbeEvent {
  readonly kind: 'out' | 'local' | 'icmp' | 'rst' | 'error';
  readonly id: number;
  readonly dev?: string;
  readonly src?: string;
  readonly dst?: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly ttl?: number;
  readonly type?: number;
  readonly code?: number;
  readonly errno?: number;
}

/** A packet as `probe.py` sends it. */
export interface ProbePacket {
  readonly id: number;
  readonly iif: string | null;
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
  readonly flags: string;
  /** TCP acknowledgement number. */
  readonly ack: number;
  readonly icmpType: number;
  readonly ttl: number;
  readonly padding: number;
}

function run(command: string, args: readonly string[], input = ''): string {
  return execFileSync(command, args, {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
}

/** Why the kernel cannot be asked here, or null when it can. */
export function whyNoKernel(): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  for (const tool of ['ip', 'iptables-restore', 'ip6tables-restore', 'ipset', 'sysctl', 'python3']) {
    if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0) return `no ${tool}`;
  }
  const name = `nfk${process.pid}t`;
  const made = spawnSync('ip', ['netns', 'add', name]);
  if (made.status !== 0) return 'no network namespaces';
  const works = spawnSync('ip', ['netns', 'exec', name, 'iptables', '-A', 'FORWARD', '-j', 'ACCEPT']);
  spawnSync('ip', ['netns', 'del', name]);
  return works.status === 0 ? null : 'iptables does not work in a namespace';
}

/** A router in a namespace of its own, with the far ends of its links in a second one. */
export class Lab {
  private readonly router: string;
  private readonly peer: string;
  private probe: ChildProcessWithoutNullStreams | null = null;
  private lines: AsyncIterator<string> | null = null;
  private reader: Interface | null = null;

  constructor(
    number: number,
    private readonly legacy: boolean,
  ) {
    this.router = `nfk${process.pid}r${number}`;
    this.peer = `nfk${process.pid}x${number}`;
  }

  /** Makes links and addresses. Neighbours need no resolution: the links know no ARP. */
  create(addresses: Addresses): void {
    run('ip', ['netns', 'add', this.router]);
    run('ip', ['netns', 'add', this.peer]);
    this.sysctl(['net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.accept_ra=0']);
    const links = DEVICES.map(
      (d) => `link add ${d} netns ${this.router} type veth peer name ${d} netns ${this.peer}`,
    );
    run('ip', ['-batch', '-'], `${links.join('\n')}\n`);
    run('ip', ['-n', this.peer, '-batch', '-'], DEVICES.map((d) => `link set ${d} arp off up\n`).join(''));
    const up = ['lo', ...DEVICES].map((d) => `link set ${d} ${d === 'lo' ? '' : 'arp off '}up`);
    const own = addresses.own.map((o) => `addr add ${o.address}/${o.length} dev ${o.dev}`);
    this.ip([...up, ...own], addresses.family === 6);
  }

  /** Runs `ip` commands in the router; those that the kernel refuses are left out. */
  ip(commands: readonly string[], six = false): void {
    spawnSync('ip', [six ? '-6' : '-4', '-n', this.router, '-force', '-batch', '-'], {
      input: `${commands.join('\n')}\n`,
    });
  }

  sysctl(settings: readonly string[]): void {
    spawnSync('ip', ['netns', 'exec', this.router, 'sysctl', '-q', '-w', ...settings]);
  }

  /** Runs a command in the router and returns what it prints. */
  exec(command: string, args: readonly string[], input = ''): string {
    return run('ip', ['netns', 'exec', this.router, command, ...args], input);
  }

  restore(rules: string, six: boolean): void {
    this.exec(`ip${six ? '6' : ''}tables${this.legacy ? '-legacy' : ''}-restore`, [], rules);
  }

  /** False where the kernel lacks one of the types. */
  restoreSets(sets: string): boolean {
    const args = ['netns', 'exec', this.router, 'ipset', 'restore'];
    return spawnSync('ip', args, { input: sets }).status === 0;
  }

  save(six: boolean): string {
    return this.exec(`ip${six ? '6' : ''}tables${this.legacy ? '-legacy' : ''}-save`, []);
  }

  async start(): Promise<void> {
    const script = fileURLToPath(new URL('probe.py', import.meta.url));
    this.probe = spawn('python3', [script, this.router, this.peer, ...DEVICES]);
    this.probe.stderr.pipe(process.stderr);
    this.reader = createInterface({ input: this.probe.stdout });
    this.lines = this.reader[Symbol.asyncIterator]();
    await this.lines.next();
  }

  /** Sends packets one after the other and tells what became of them. */
  async send(packets: readonly ProbePacket[]): Promise<ProbeEvent[]> {
    this.probe!.stdin.write(`${JSON.stringify(packets)}\n`);
    const line = await this.lines!.next();
    return line.done === true ? [] : (JSON.parse(line.value) as ProbeEvent[]);
  }

  destroy(): void {
    this.reader?.close();
    this.probe?.kill();
    spawnSync('ip', ['netns', 'del', this.peer]);
    spawnSync('ip', ['netns', 'del', this.router]);
  }
}
