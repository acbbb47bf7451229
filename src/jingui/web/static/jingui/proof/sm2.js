// SM2 signatures (GB/T 32918.2, curve of 32918.5, signer 1234567812345678): verification only. Nothing here is secret.
import { sm3 } from "./sm3.js";

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;
const SIGNER = new TextEncoder().encode("1234567812345678");

const mod = (x, m = P) => { const r = x % m; return r < 0n ? r + m : r; };
function inverse(x) {
  let result = 1n, exponent = P - 2n;
  for (; exponent; exponent >>= 1n, x = mod(x * x)) if (exponent & 1n) result = mod(result * x);
  return result;
}
const big = (bytes) => bytes.reduce((n, b) => (n << 8n) | BigInt(b), 0n);
const be = (n) => Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * (31 - i))) & 255n));

// Jacobian coordinates: (X, Y, Z) stands for (X/Z², Y/Z³), Z = 0 is infinity.
const INFINITY = [1n, 1n, 0n];
function double([x, y, z]) {
  if (!z || !y) return INFINITY;
  const zz = mod(z * z), yy = mod(y * y), s = mod(4n * x * yy), m = mod(3n * (x - zz) * (x + zz));
  const nx = mod(m * m - 2n * s);
  return [nx, mod(m * (s - nx) - 8n * yy * yy), mod(2n * y * z)];
}
function add(one, two) {
  if (!one[2]) return two;
  if (!two[2]) return one;
  const [x1, y1, z1] = one, [x2, y2, z2] = two, zz1 = mod(z1 * z1), zz2 = mod(z2 * z2);
  const u1 = mod(x1 * zz2), s1 = mod(y1 * z2 * zz2), h = mod(x2 * zz1 - u1), r = mod(y2 * z1 * zz1 - s1);
  if (!h) return r ? INFINITY : double(one);
  const hh = mod(h * h), hhh = mod(h * hh), v = mod(u1 * hh), x = mod(r * r - hhh - 2n * v);
  return [x, mod(r * (v - x) - s1 * hhh), mod(h * z1 * z2)];
}

// Whether 64 bytes x‖y are a point of the curve with both coordinates below p.
export function isKey(bytes) {
  if (bytes.length !== 64) return false;
  const x = big(bytes.subarray(0, 32)), y = big(bytes.subarray(32));
  return x < P && y < P && mod(y * y - (x * x * x + A * x + B)) === 0n;
}

export function verify(key, signature, message) {
  if (signature.length !== 64 || !isKey(key)) return false;
  const r = big(signature.subarray(0, 32)), s = big(signature.subarray(32)), t = mod(r + s, N);
  if (r <= 0n || r >= N || s <= 0n || s >= N || !t) return false;
  const z = sm3(join([0, 128], SIGNER, be(A), be(B), be(GX), be(GY), key));
  const e = big(sm3(join(z, message)));
  const g = [GX, GY, 1n], p = [big(key.subarray(0, 32)), big(key.subarray(32)), 1n], both = add(g, p);
  let point = INFINITY;
  for (let bit = 255n; bit >= 0n; bit--) {
    point = double(point);
    const one = (s >> bit) & 1n, two = (t >> bit) & 1n;
    if (one || two) point = add(point, one && two ? both : one ? g : p);
  }
  if (!point[2]) return false;
  return mod(e + mod(point[0] * inverse(mod(point[2] * point[2]))), N) === r;
}

function join(...parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}
