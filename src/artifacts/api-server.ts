import type { ApiServerCheck } from '../model/node.js';
import type { Loc } from '../model/location.js';
import { toTime, type Parsed } from './parsed.js';

const MAX_ERRORS = 50;
const ROUND = /^curling (\S+) \((\d+) of \d+\) (\S+)/;
const GET = /^sending GET request to (\S+)/;
/** What only an answer of the server holds; 401 and 403 prove as well as 200 that it was reached. */
const ANSWER =
  /^(?:< HTTP\/[\d.]+ \d{3}|\[[+-]\]|(?:livez|healthz|readyz) check (?:passed|failed)|ok\s*$|\s*(?:\{\s*)?"kind":\s*"Status")/;
/** A connection that stood, which the network alone decides; what failed after it says so in a line of its own. */
const CONNECTED = /^\* Connected to /;
const FAILURE =
  /^(?:curl: \(\d+\)|\* .{0,200}(?:failed|Could not resolve|timed out|refused|unreachable|problem|reset by peer)|sending GET.*failed)/i;

/**
 * Whether the node reached its API server: `curl -v` in five rounds (collector), or one GET (node monitoring agent),
 * where nothing after the request line means that it failed. The last run counts when two stand in the file.
 *
 *     curling https://XXXX.gr7.eu-central-1.eks.amazonaws.com (1 of 5) 2024-05-17T09:31:22.123UTC
 *     *   Trying 10.0.9.1:443...
 *     * Connected to XXXX.gr7.eu-central-1.eks.amazonaws.com port 443
 *     < HTTP/2 200
 *     < date: Fri, 17 May 2024 09:31:22 GMT
 *     [+]ping ok
 *
 *     sending GET request to https://XXXX.gr7.eu-central-1.eks.amazonaws.com/livez?verbose
 *     [+]ping ok
 */
export function parseApiServerCheck(text: string, file: string): Parsed<ApiServerCheck> {
  let rounds: Round[] = [];
  let understood = 0;
  let notUnderstood = 0;
  text.split('\n').forEach((line, index) => {
    const start = ROUND.exec(line);
    const get = start === null ? GET.exec(line) : null;
    if (start?.[2] === '1') rounds = [];
    if (start !== null || get !== null) {
      const at = start === null ? null : toTime(start[3]!.replace(/UTC$/, 'Z'));
      rounds.push({
        url: (start ?? get)![1]!,
        at,
        loc: { file, line: index + 1 },
        reached: false,
        connected: false,
        failures: [],
        date: null,
      });
      understood += 1;
      return;
    }
    const round = rounds.at(-1);
    if (round === undefined) {
      if (line.trim() !== '') notUnderstood += 1;
      return;
    }
    if (CONNECTED.test(line)) round.connected = true;
    if (ANSWER.test(line)) round.reached = true;
    else if (FAILURE.test(line))
      round.failures.push({ text: line.trim().slice(0, 300), loc: { file, line: index + 1 } });
    const date = /^< date: (.{20,40})$/i.exec(line.trimEnd())?.[1];
    if (date !== undefined) round.date = Date.parse(date);
  });
  return { value: summary(rounds), understood, notUnderstood };
}

interface Round {
  readonly url: string;
  readonly at: number | null;
  readonly loc: Loc;
  reached: boolean;
  connected: boolean;
  readonly failures: { text: string; loc: Loc }[];
  date: number | null;
}

function summary(rounds: readonly Round[]): ApiServerCheck {
  for (const round of rounds) round.reached ||= round.connected && round.failures.length === 0;
  const errors = rounds.flatMap((round) =>
    round.reached || round.failures.length > 0
      ? round.failures
      : [{ text: 'no answer was recorded', loc: round.loc }],
  );
  return {
    url: rounds[0]?.url ?? null,
    attempts: rounds.length,
    reached: rounds.filter((round) => round.reached).length,
    errors: errors.slice(0, MAX_ERRORS),
    clockSkewSeconds: skew(rounds),
  };
}

/**
 * Node clock minus server clock in whole seconds. The request is stamped before it is sent, so a slow answer makes
 * the difference too small: the round with the largest difference is the nearest to the truth.
 */
function skew(rounds: readonly Round[]): number | null {
  const differences = rounds
    .filter((round) => round.at !== null && round.date !== null && Number.isFinite(round.date))
    .map((round) => (round.at! - round.date!) / 1000);
  return differences.length === 0 ? null : Math.trunc(Math.max(...differences)) + 0;
}
