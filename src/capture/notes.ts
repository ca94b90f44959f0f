import type { ErrorCode } from '../errors.js';

/** What went wrong while a file was read; readers add to it, the table reports it. */
export class Notes {
  truncated = false;
  corrupt = false;
  /** Bytes passed over at damaged places, and how many such places were got over. */
  private skipped = 0;
  private places = 0;
  private readonly list: { code: ErrorCode; message: string }[] = [];

  /** The file ends `bytes` into a record. */
  cut(bytes: number): void {
    this.truncated = true;
    this.add('E_CAPTURE_TRUNCATED', `The file ends ${count(bytes, 'byte')} into a record.`);
  }

  /** Reading went on after `bytes` of damage. */
  resynchronised(bytes: number): void {
    this.corrupt = true;
    this.skipped += bytes;
    this.places++;
  }

  /** Damage at `position` that no record was found after. */
  gaveUp(position: number, bytes: number): void {
    this.corrupt = this.truncated = true;
    this.add(
      'E_CAPTURE_CORRUPT',
      `No record could be found in ${count(bytes, 'byte')} after byte ${position}; the rest was not read.`,
    );
  }

  /** A limit ended the reading. */
  stopped(message: string, code: ErrorCode = 'E_CAPTURE_TRUNCATED'): void {
    this.truncated = true;
    this.add(code, message);
  }

  damaged(message: string): void {
    this.corrupt = true;
    this.add('E_CAPTURE_CORRUPT', message);
  }

  add(code: ErrorCode, message: string): void {
    this.list.push({ code, message });
  }

  problems(): { code: string; message: string }[] {
    if (this.places === 0) return this.list;
    const message = `${count(this.skipped, 'byte')} skipped at ${count(this.places, 'damaged place')}.`;
    return [{ code: 'E_CAPTURE_CORRUPT', message }, ...this.list];
  }
}

/** `1 byte`, `2 bytes`. */
export function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
