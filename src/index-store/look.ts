/** The first look at a file, which tells how its times are to be read. */
import { decodeLine } from '../logs/record.js';
import { sniff, type Sniffed } from '../logs/sniff.js';
import type { TextFile } from '../logs/text-file.js';
import type { IndexFile } from './types.js';

export async function look(text: TextFile, { file, collectedAt, clock }: IndexFile): Promise<Sniffed> {
  const head = await text.head();
  const tail = await text.tail((lines) => lines.some((line) => decodeLine(line).stamp !== null));
  const { zoneOffset, bootTime } = clock;
  return sniff({ head, tail, writtenBy: collectedAt ?? file.mtime, zoneOffset, bootTime });
}
