/**
 * The one table of error codes. Every error a person can meet is here, with the next step.
 * Codes are stable: scripts may match on them.
 */
export const ERRORS = {
  E_USAGE: 'See `eks-netcheck --help`.',
  E_NO_INPUT: 'Give a bundle (.tar.gz, .tgz, .tar, .zip, a folder) or captures (pcap, pcapng).',
  E_NOT_FOUND: 'Check the path; nothing was found there.',
  E_UNREADABLE: 'Check the permissions of the file.',
  E_UNKNOWN_FORMAT: 'It is no archive, no bundle folder and no capture; leave it out or convert it.',
  E_UNSUPPORTED_COMPRESSION: 'Decompress it first (for example `zstd -d` or `lz4 -d`).',
  E_ARCHIVE_CORRUPT: 'Ask for the archive again; what could be read was analysed.',
  E_LIMIT_ENTRIES: 'Raise it with --max-entries when you trust the archive.',
  E_LIMIT_ENTRY_SIZE: 'Raise it with --max-entry-size when you trust the archive.',
  E_LIMIT_TOTAL_SIZE: 'Raise it with --max-total-size when you trust the archive.',
  E_LIMIT_RATIO: 'Raise it with --max-ratio when you trust the archive.',
  E_LIMIT_DEPTH: 'Unpack the inner archive and give it on its own.',
  E_BAD_PATH: 'The entry was left out: its path leaves the archive or is malformed.',
  E_LINK_SKIPPED: 'The link was left out: links in archives are not followed.',
  E_DUPLICATE_ENTRY: 'The archive holds the path twice; the last one counts.',
  E_PARSE: 'The file is not in the format its name promises; it was left out.',
  E_LINE_TOO_LONG: 'The rest of the line was left out.',
  E_CAPTURE_TRUNCATED: 'Complete records were kept; capture again if the missing part matters.',
  E_CAPTURE_CORRUPT: 'Records before the damage were kept; capture again if the missing part matters.',
  E_CAPTURE_NOT_BINARY: 'The capture went through a terminal (LF became CR LF): capture with -w to a file.',
  E_CAPTURE_LINKTYPE: 'Capture with a supported link type (Ethernet, Linux cooked, raw IP, BSD null).',
  E_POINT_UNKNOWN: 'Say which point it is with --point ROLE=FILE.',
  E_RULE_INVALID: 'Correct the rule file; `eks-netcheck rules lint` shows all errors.',
  E_DISK_FULL: 'Free space in the temporary folder, or set TMPDIR to a larger one.',
  E_OUTPUT: 'Check the folder and the permissions, or leave --output away.',
  E_WORKER: 'This is a defect of eks-netcheck; please report it with the message.',
  E_INTERNAL: 'This is a defect of eks-netcheck; please report it with the message.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof ERRORS;

/** An error whose message is meant for the person who runs the tool. Ends the run with `exitCode`. */
export class NetcheckError extends Error {
  override readonly name = 'NetcheckError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string; exitCode?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint ?? ERRORS[code];
    this.exitCode = options.exitCode ?? 2;
  }
  readonly hint: string;
  readonly exitCode: number;
}

/** A problem entry for `coverage`, with the table's next step unless a better one is given. */
export function problem(
  code: ErrorCode,
  subject: string,
  message: string,
  hint: string = ERRORS[code],
): { code: ErrorCode; subject: string; message: string; hint: string } {
  return { code, subject, message, hint };
}
