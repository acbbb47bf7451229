// Ed25519 (RFC 8032): verification only, strict, with SHA-512 (FIPS 180-4). Nothing here is secret.
import { H64, K64, padded } from "./sha256.js";

const u64 = (x) => BigInt.asUintN(64, x);
const right = (x, n) => (x >> n) | u64(x << (64n - n));

export function sha512(bytes) {
  const view = padded(bytes, 128, 16), state = H64.slice(), w = [];
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(at + 8 * i);
    for (let i = 16; i < 80; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = u64(w[i - 16] + (right(x, 1n) ^ right(x, 8n) ^ (x >> 7n)) + w[i - 7]
        + (right(y, 19n) ^ right(y, 61n) ^ (y >> 6n)));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const one = h + (right(e, 14n) ^ right(e, 18n) ^ right(e, 41n)) + ((e & f) ^ (u64(~e) & g)) + K64[i] + w[i];
      const two = (right(a, 28n) ^ right(a, 34n) ^ right(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = u64(d + one); d = c; c = b; b = a; a = u64(one + two);
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = u64(state[i] + x); });
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((x, i) => out.setBigUint64(8 * i, x));
  return new Uint8Array(out.buffer);
}

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x) => { const r = x % P; return r < 0n ? r + P : r; };
function power(base, exponent) {
  let result = 1n;
  for (; exponent; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) result = mod(result * base);
  return result;
}
const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n); // a square root of -1
const ZERO = [0n, 1n, 1n, 0n]; // extended coordinates X, Y, Z, T

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * D * t1 % P * t2), d = 2n * z1 * z2;
  const e = b - a, f = mod(d - c), g = mod(d + c), h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
const little = (bytes) => bytes.reduceRight((n, b) => (n << 8n) | BigInt(b), 0n);

// The point of 32 bytes; null unless y < p, x exists, and x = 0 has no sign (RFC 8032, 5.1.3).
function decode(bytes) {
  const n = little(bytes), sign = n >> 255n, y = n & (2n ** 255n - 1n);
  if (bytes.length !== 32 || y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n % P * power(mod(u * v ** 7n), (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * ROOT);
  if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
function encode([x, y, z]) {
  const inverse = power(z, P - 2n);
  let n = mod(y * inverse) | ((mod(x * inverse) & 1n) << 255n);
  return Uint8Array.from({ length: 32 }, () => { const b = Number(n & 255n); n >>= 8n; return b; });
}
const BASE = (() => {
  const raw = new Uint8Array(32).fill(0x66);
  raw[0] = 0x58;
  return decode(raw);
})();

// Whether 32 bytes are a public key: a canonical point, and none of the eight of small order.
export function isKey(bytes) {
  let point = decode(bytes);
  if (!point) return false;
  for (let i = 0; i < 3; i++) point = add(point, point);
  return point[0] !== 0n;
}

export function verify(key, signature, message) {
  if (signature.length !== 64 || !isKey(key)) return false;
  const s = little(signature.subarray(32));
  if (s >= L) return false;
  const all = new Uint8Array(64 + message.length);
  all.set(signature.subarray(0, 32));
  all.set(key, 32);
  all.set(message, 64);
  const k = little(sha512(all)) % L, [x, y, z, t] = decode(key), minus = [mod(-x), y, z, mod(-t)];
  const both = add(BASE, minus);
  let point = ZERO;
  for (let bit = 252n; bit >= 0n; bit--) {
    point = add(point, point);
    const one = (s >> bit) & 1n, two = (k >> bit) & 1n;
    if (one || two) point = add(point, one && two ? both : one ? BASE : minus);
  }
  // Comparing bytes also refuses an R that is not written canonically.
  return encode(point).every((b, i) => b === signature[i]);
}
