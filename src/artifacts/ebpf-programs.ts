import type { EbpfProgram } from '../model/node.js';
import { toCount, type Parsed } from './parsed.js';

const MAX_PROGRAMS = 20_000;

/**
 * `aws-eks-na-cli ebpf loaded-ebpfdata`: the programs of the network policy agent and their maps. Every run of the
 * collector begins with the heading; the last run counts.
 *
 *     *** EBPF loaded data ***
 *     PinPath:  /sys/fs/bpf/globals/aws/programs/web-7d4b9c6f5d-shop_handle_ingress
 *     Pod Identifier : web-7d4b9c6f5d-shop  Direction : ingress
 *     Prog ID:  57                                  (older: `Prog FD:`)
 *     Associated Maps ->
 *     Map Name:  ingress_map                        (may be blank in old releases)
 *     Map ID:  226
 *     =======================================================================
 *
 * The node monitoring agent writes `*** network-policy CLI selection: … ***` first, or that there is no CLI.
 */
export function parseEbpfPrograms(text: string, file: string): Parsed<readonly EbpfProgram[]> {
  let programs: Draft[] = [];
  let understood = 0;
  let notUnderstood = 0;
  let note: string | undefined;
  let mapName = '';
  let pin = '';
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || /^=+$/.test(line) || line.startsWith('Associated Maps')) return;
    if (line.startsWith('***')) {
      if (/loaded data/i.test(line)) programs = [];
      else note = line.replace(/^\*+\s*|\s*\*+$/g, '').slice(0, 200);
      understood += 1;
      return;
    }
    const program = programs.at(-1);
    const pod = /^Pod Identifier : (\S*)\s+Direction : (ingress|egress)$/.exec(line);
    if (pod !== null) {
      if (programs.length >= MAX_PROGRAMS) return;
      const loc = { file, line: index + 1 };
      programs.push({
        podIdentifier: pod[1]!,
        direction: pod[2] as 'ingress',
        programId: -1,
        maps: [],
        loc,
        pin,
      });
    } else if (line.startsWith('PinPath:')) {
      pin = line.slice(8).trim();
    } else if (/^Prog (?:ID|FD):/.test(line)) {
      if (program !== undefined) program.programId = toCount(line.slice(8).trim()) ?? -1;
    } else if (line.startsWith('Map Name:')) {
      mapName = line.slice(9).trim();
    } else if (line.startsWith('Map ID:')) {
      const id = toCount(line.slice(7).trim());
      if (id !== null && program !== undefined && program.maps.length < 64)
        program.maps.push({ name: mapName, id });
      mapName = '';
    } else {
      notUnderstood += 1;
      return;
    }
    understood += 1;
  });
  const value = programs.map(({ pin: _pin, ...program }) => program);
  return { value, understood, notUnderstood, ...(note === undefined ? {} : { note }) };
}

type Draft = { -readonly [K in keyof EbpfProgram]: EbpfProgram[K] } & {
  maps: EbpfProgram['maps'][number][];
  pin: string;
};
