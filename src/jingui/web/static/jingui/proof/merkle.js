// The Merkle tree of RFC 9162. Sizes may pass 2^32, so halving is arithmetic and never a 32-bit shift.
import { Bad } from "./bad.js";

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
export const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const half = (n) => Math.floor(n / 2);
const odd = (n) => n % 2 === 1;

// H(prefix ‖ one ‖ two)
function tagged(hash, tag, one, two = []) {
  const all = new Uint8Array(1 + one.length + two.length);
  all[0] = tag;
  all.set(one, 1);
  all.set(two, 1 + one.length);
  return hash(all);
}
export const leaf = (hash, bytes) => tagged(hash, 0, bytes);
const node = (hash, left, right) => tagged(hash, 1, left, right);

// The root that `path` leads to from leaf hash `start` (2.1.3.2).
export function rootByInclusion(hash, start, index, size, path) {
  if (!(index >= 0 && index < size)) throw new Bad("inclusion", "index");
  let fn = index, sn = size - 1, found = start;
  for (const step of path) {
    if (sn === 0) throw new Bad("inclusion", "path too long");
    if (odd(fn) || fn === sn) {
      found = node(hash, step, found);
      while (!odd(fn) && fn) { fn = half(fn); sn = half(sn); }
    } else {
      found = node(hash, found, step);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0) throw new Bad("inclusion", "path too short");
  return found;
}

// Pass if the older tree is a prefix of the newer (2.1.4.2).
export function checkConsistency(hash, oldSize, oldRoot, newSize, newRoot, path) {
  const wrong = (what) => { throw new Bad("consistency", what); };
  if (oldSize > newSize) wrong("old is larger than new");
  if (oldSize === newSize || oldSize === 0) {
    const empty = oldSize === 0 && !same(oldRoot, hash(new Uint8Array()));
    if (path.length || empty || (oldSize === newSize && !same(oldRoot, newRoot))) wrong("roots of equal or empty trees");
    return;
  }
  let fn = oldSize - 1, sn = newSize - 1;
  while (odd(fn)) { fn = half(fn); sn = half(sn); }
  const steps = fn === 0 ? [oldRoot, ...path] : path; // fn is 0 here exactly when the old size is a power of two
  if (!steps.length) wrong("path too short");
  let fr = steps[0], sr = steps[0];
  for (const step of steps.slice(1)) {
    if (sn === 0) wrong("path too long");
    if (odd(fn) || fn === sn) {
      fr = node(hash, step, fr);
      sr = node(hash, step, sr);
      while (!odd(fn) && fn) { fn = half(fn); sn = half(sn); }
    } else {
      sr = node(hash, sr, step);
    }
    fn = half(fn);
    sn = half(sn);
  }
  if (sn !== 0 || !same(fr, oldRoot) || !same(sr, newRoot)) wrong("roots");
}
