/** Tests of the words that a masked span is made of. */
import { CLASS, DIGIT, FOLD, HASH_START, HASH_STEP } from './classes.js';

/** Hash of a word's bytes in lower case: see `wordHash`. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = HASH_START;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ FOLD[bytes[i]!]!, HASH_STEP);
  return hash;
}

/** 53 bits of two hashes. */
export function keyOf(h1: number, h2: number): number {
  return (h1 >>> 0) * 0x200000 + (h2 >>> 11);
}

export function allDigits(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (CLASS[bytes[i]!] !== DIGIT) return false;
  return true;
}

export function hasDigit(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (CLASS[bytes[i]!] === DIGIT) return true;
  return false;
}

export function isHex(bytes: Buffer, start: number, end: number, longest: number): boolean {
  if (end - start < 1 || end - start > longest) return false;
  for (let i = start; i < end; i++) {
    const folded = FOLD[bytes[i]!]!;
    if (CLASS[folded] !== DIGIT && (folded < 97 || folded > 102)) return false;
  }
  return true;
}

/** Letters and digits of Kubernetes' random suffixes. */
export const SUFFIX = new Uint8Array(256);
for (const char of 'bcdfghjklmnpqrstvwxz2456789') SUFFIX[char.charCodeAt(0)] = 1;

/** `5d78c9869d-xk2lp`: the hash of a replica set, and the five random characters of a pod. */
export function isPodSuffix(bytes: Buffer, from: number, to: number, next: number, end: number): boolean {
  if (to - from < 6 || to - from > 10 || end - next !== 5) return false;
  for (let i = next; i < end; i++) if (SUFFIX[bytes[i]!] === 0) return false;
  return true;
}

/** A later group of a UUID, all in hexadecimal. */
export function isUuidGroup(bytes: Buffer, from: number, to: number, next: number, end: number): boolean {
  const before = to - from;
  const length = end - next;
  return (
    (before === 8 || before === 4) &&
    (length === 4 || length === 12) &&
    isHex(bytes, from, to, 8) &&
    isHex(bytes, next, end, 12)
  );
}
