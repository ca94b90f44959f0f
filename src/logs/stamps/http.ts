import { isoAt } from './iso.js';
import { clockTime, isValidDate, monthNumber, type Stamp } from './stamp.js';

const DATE = /^< date: \w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT\s*$/i;
const CURLING = /^curling \S+ \(\d+ of \d+\) (?=\d{4}-)/;

/**
 * Times in `networking/curl_api_server.txt`:
 *
 *     curling https://… (1 of 5) 2024-05-17T09:31:22.123UTC
 *     < date: Fri, 17 May 2024 09:31:22 GMT
 */
export function curlTime(text: string): Stamp | null {
  const curling = CURLING.exec(text);
  if (curling !== null) return isoAt(text, curling[0].length)?.stamp ?? null;
  const match = DATE.exec(text);
  if (match === null) return null;
  const [day, year] = [Number(match[1]), Number(match[3])];
  const month = monthNumber(match[2]!);
  const ms = clockTime(Number(match[4]), Number(match[5]), Number(match[6]), 0);
  if (ms < 0 || !isValidDate(year, month, day)) return null;
  return { kind: 'utc', ms: Date.UTC(year, month - 1, day) + ms };
}
