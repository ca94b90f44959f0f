/** The path of an archive entry, judged. Nothing is ever written under these paths; they are names for people. */
export type EntryPath =
  { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

/**
 * Normalise the stored path of an archive entry: no leading `./`, no empty or `.` parts.
 * Refused: absolute paths, drive letters, `..`, NUL, paths longer than `maxLength` bytes.
 * `./networking//iprule.txt` becomes `networking/iprule.txt`; the archive's own root (`./`) becomes the empty path.
 */
export function entryPath(stored: string, maxLength: number): EntryPath {
  if (stored.length > maxLength || Buffer.byteLength(stored) > maxLength) return bad('its path is too long');
  if (stored.includes('\0')) return bad('its path holds a NUL character');
  if (/^[\\/]/.test(stored)) return bad('its path is absolute');
  if (/^[A-Za-z]:/.test(stored)) return bad('its path starts with a drive letter');
  const parts = stored.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || parts.some((part) => /^\.\.\\|\\\.\.$|\\\.\.\\/.test(part))) {
    return bad('its path leaves the archive');
  }
  return { ok: true, path: parts.join('/') };
}

function bad(reason: string): EntryPath {
  return { ok: false, reason };
}

/**
 * Files that desktop systems add to archives and folders without being asked: macOS resource forks
 * (`._name`, `__MACOSX/`), `.DS_Store`, `Thumbs.db`, `desktop.ini`. Nobody means them as input.
 */
export function isDesktopLitter(path: string): boolean {
  if (/(^|\/)__MACOSX(\/|$)/.test(path)) return true;
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.startsWith('._') || base === '.DS_Store' || base === 'Thumbs.db' || base === 'desktop.ini';
}
