import { clockTime, isValidDate, type LocalStamp } from './stamp.js';

const TIME = /"(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d):(\d\d)(?: ([AP]M))?"/;

/**
 * The first quoted time of a line of a Windows event log export (US culture, the default of the EKS AMIs):
 *
 *     "5/17/2024 9:31:22 AM","Error","EC2AMAZ-1","E0517 09:31:22.123456    4242 …"
 */
export function eventLogTime(text: string): LocalStamp | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [month, day, year] = [Number(match[1]), Number(match[2]), Number(match[3])];
  let hour = Number(match[4]);
  if (match[7] !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (match[7] === 'PM' ? 12 : 0);
  }
  const ms = clockTime(hour, Number(match[5]), Number(match[6]), 0);
  if (ms < 0 || !isValidDate(year, month, day)) return null;
  return { kind: 'local', year, month, day, ms };
}
