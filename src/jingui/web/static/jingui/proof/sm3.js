// SM3 (GB/T 32905).
import { padded, words } from "./sha256.js";

const IV = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const left = (x, n) => (x << (n & 31)) | (x >>> ((32 - n) & 31));

export function sm3(bytes) {
  const view = padded(bytes, 64, 8), state = IV.slice(), w = new Int32Array(68);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
    for (let i = 16; i < 68; i++) {
      const x = w[i - 16] ^ w[i - 9] ^ left(w[i - 3], 15);
      w[i] = x ^ left(x, 15) ^ left(x, 23) ^ left(w[i - 13], 7) ^ w[i - 6];
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const a12 = left(a, 12), early = i < 16;
      const s1 = left((a12 + e + left(early ? 0x79cc4519 : 0x7a879d8a, i)) | 0, 7), s2 = s1 ^ a12;
      const ff = early ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      const gg = early ? e ^ f ^ g : (e & f) | (~e & g);
      const t1 = (ff + d + s2 + (w[i] ^ w[i + 4])) | 0, t2 = (gg + h + s1 + w[i]) | 0;
      d = c; c = left(b, 9); b = a; a = t1;
      h = g; g = left(f, 19); f = e; e = t2 ^ left(t2, 9) ^ left(t2, 17);
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] ^= x; });
  }
  return words(state);
}
