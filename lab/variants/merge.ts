/** Puts lines into a log where their time says they belong. */

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Time of a line in any of the formats that variants write; `boot` is for dmesg's seconds. */
function timeOf(line: string, year: number, boot: Date): number | null {
  const iso = /^(?:\{.*?"(?:ts|timestamp|time)":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?)/.exec(line);
  if (iso) return Date.parse(`${iso[1]!.slice(0, 23)}Z`);
  const seconds = /^\[ *(\d+\.\d+)\]/.exec(line);
  if (seconds) return boot.getTime() + Number(seconds[1]) * 1000;
  const dated = /^(?:\[\w{3} )?(\w{3}) +(\d+) (\d\d:\d\d:\d\d)/.exec(line);
  if (dated) {
    const month = String(MONTHS.indexOf(dated[1]!) + 1).padStart(2, '0');
    return Date.parse(`${year}-${month}-${dated[2]!.padStart(2, '0')}T${dated[3]!}Z`);
  }
  return null;
}

export function mergeLines(text: string, added: readonly { t: Date; text: string }[], boot: Date): string {
  let last = Number.NEGATIVE_INFINITY;
  const old = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      last = timeOf(line, boot.getUTCFullYear(), boot) ?? last;
      return { t: last, text: line };
    });
  const all = [...old, ...added.map((a) => ({ t: a.t.getTime(), text: a.text }))];
  // Array.prototype.sort is stable: equal times keep the order in which they were written.
  return all
    .sort((a, b) => a.t - b.t)
    .map((l) => `${l.text}\n`)
    .join('');
}
