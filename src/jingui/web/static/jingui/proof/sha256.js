// SHA-256 (FIPS 180-4). The constants are computed from the primes, as the standard defines them.
const primes = [];
for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);

// The first 64 bits of the fraction of the k-th root of p.
function fraction(p, k) {
  const want = BigInt(p) << (64n * k);
  let low = 0n, high = 1n << 70n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** k <= want) low = middle; else high = middle;
  }
  return BigInt.asUintN(64, low);
}
export const K64 = primes.map((p) => fraction(p, 3n));
export const H64 = primes.slice(0, 8).map((p) => fraction(p, 2n));
const K = K64.slice(0, 64).map((k) => Number(k >> 32n));
const H = H64.map((h) => Number(h >> 32n));

// The message with its padding: 0x80, zeros, and the length in bits in `tail` bytes at the end.
export function padded(bytes, block, tail) {
  const size = Math.ceil((bytes.length + 1 + tail) / block) * block;
  const all = new Uint8Array(size);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const view = new DataView(all.buffer);
  view.setUint32(size - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(size - 4, (bytes.length << 3) >>> 0);
  return view;
}

const right = (x, n) => (x >>> n) | (x << (32 - n));

export function sha256(bytes) {
  const view = padded(bytes, 64, 8), state = H.slice(), w = new Int32Array(64);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + (right(x, 7) ^ right(x, 18) ^ (x >>> 3)) + w[i - 7] + (right(y, 17) ^ right(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const two = ((right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] = (state[i] + x) | 0; });
  }
  return words(state);
}

// 32-bit words as bytes, most significant first.
export function words(state) {
  const out = new DataView(new ArrayBuffer(4 * state.length));
  state.forEach((x, i) => out.setInt32(4 * i, x));
  return new Uint8Array(out.buffer);
}
