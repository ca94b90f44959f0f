/** Points of a path whose captures do not show what of a conversation passes there: absence tells nothing then. */
import { TCP_RST } from '../model/capture.js';
import type { Direction } from '../model/trace.js';
import type { Scene } from './analyse.js';
import type { Conversation } from './conversations.js';
import { COVERED } from './coverage.js';
import type { Observation } from './observations.js';
import { comesInUnseen, type Path, type PathPoint } from './paths.js';
import type { TcpState } from './tcp-state.js';

type Way = Exclude<Direction, 'none'>;

/** For each way whether each point is blind, in the order of the path. `at`: packets of each way at each point. */
export function blindPoints(
  c: Conversation,
  path: Path,
  seen: readonly Observation[],
  tcp: TcpState | null,
  at: Readonly<Record<Way, readonly number[]>>,
  scene: Scene,
): Readonly<Record<Way, readonly boolean[]>> {
  const beside = path.points.map(
    (point, k) =>
      isBesideTheWay(k, seen, at.forward) ||
      mayFilter(c, point, scene) ||
      isServedPast(k, path, seen, tcp, scene),
  );
  const of = (way: Way): boolean[] =>
    beside.map((aside, k) => aside || (at[way][k] === 0 && comesInUnseen(path.points[k]!, way)));
  return { forward: of('forward'), return: of('return') };
}

/**
 * A point that saw nothing of the conversation although the client's packets arrived beyond it: they go another way, and
 * what is missing there was not lost. Answers tell nothing: a node on the way may have made them.
 */
function isBesideTheWay(k: number, seen: readonly Observation[], forwardAt: readonly number[]): boolean {
  return seen[k]!.count === 0 && forwardAt.slice(k + 1).some((n) => n > 0);
}

/**
 * Whether the server's packets came to a point nearer to the client while the capture at point `k`, which saw nothing
 * of the conversation, ran: it goes another way, looks otherwise there (in a tunnel, its headers cut off), or is served
 * before. A refusal tells nothing of the way.
 */
function isServedPast(
  k: number,
  path: Path,
  seen: readonly Observation[],
  tcp: TcpState | null,
  scene: Scene,
): boolean {
  if (seen[k]!.count > 0 || tcp?.established === false) return false;
  const isReset = ({ taps, tap, row }: Observation, i: number): boolean =>
    tcp !== null && (taps[tap[i]!]!.table.columns.flags[row[i]!]! & TCP_RST) !== 0;
  return seen.slice(0, k).some((o, near) => {
    for (let i = 0; i < o.count; i++)
      if (
        o.back[i] === 1 &&
        !isReset(o, i) &&
        scene.windows.at(path.points[k]!, path.points[near]!, o.time[i]!) >= COVERED
      )
        return true;
    return false;
  });
}

/**
 * A capture of an ENI without a single packet, of a flow to a service whose pods have other addresses or ports: a filter
 * for the service, as it was set for all captures, matches nothing there. Without a bundle an address tells services.
 */
function mayFilter(c: Conversation, p: PathPoint, scene: Scene): boolean {
  return (
    c.translated === null &&
    p.station.endsWith('eni') &&
    p.watchers.every((t) => t.packets === 0) &&
    (scene.topology.nodes.length === 0
      ? inServiceRange(c.server.ip, c.client.ip)
      : scene.topology.endpoints(c.protocol, c.server).length > 0)
  );
}

/** Ranges that EKS gives to services unless told otherwise; where a pod has such an address they are the VPC's. */
const SERVICE_RANGES: readonly RegExp[] = [/^10\.100\./, /^172\.20\./, /^fd/];

function inServiceRange(server: string, client: string): boolean {
  return SERVICE_RANGES.some((range) => range.test(server) && !range.test(client));
}
