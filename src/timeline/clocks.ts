/** Which sources have no usable time, and what was taken for granted for the others. */
import type { SearchIndex } from '../index-store/search-index.js';
import type { FileIndex } from '../index-store/types.js';

export interface ClockNote {
  readonly node: string;
  readonly file: string;
  readonly note: string;
}

const ASSUMED: Readonly<Record<string, string>> = {
  'year-inferred': 'its lines have no year: the latest that fits the time of collection was taken',
  'zone-assumed': 'nothing tells its time zone: UTC was taken',
  'zone-inferred': 'its time zone was taken from other stamps of the node',
  'boot-relative': 'its times count from boot: the time of boot was added',
};

/** Logs only: other files have no times to lack. */
export function clockNotes(index: SearchIndex): { untimed: ClockNote[]; assumed: ClockNote[] } {
  const logs = index.files.map(({ index: file }) => file).filter(({ source }) => source !== null);
  return {
    untimed: logs
      .filter(({ timedLines }) => timedLines === 0)
      .map((file) => ({ node: file.node, file: file.path, note: whyUntimed(file) })),
    assumed: logs
      .filter(({ timedLines }) => timedLines > 0)
      .flatMap(({ node, path, timeNotes }) =>
        timeNotes.flatMap((note) =>
          ASSUMED[note] === undefined ? [] : [{ node, file: path, note: ASSUMED[note] }],
        ),
      ),
  };
}

function whyUntimed({ source, yearless, profile }: FileIndex): string {
  if (source === 'kernel' && profile.bootTime === null)
    return 'its times count from boot, and nothing tells when that was';
  if (yearless && profile.lastYear === null)
    return 'its lines have no year, and nothing tells when it was collected';
  return 'its lines have no times';
}
