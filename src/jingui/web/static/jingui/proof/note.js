// C2SP signed notes, their verification keys, and the bodies of checkpoints and receipts; all parsed strictly.
import { Bad } from "./bad.js";
import { utf8 } from "./canon.js";
import * as ed25519 from "./ed25519.js";
import { hex, same } from "./merkle.js";
import { sha256 } from "./sha256.js";
import * as sm2 from "./sm2.js";

const NAME = /^[^\s+\x00-\x20\x7f\x85\ufeff]{1,255}$/u;
const KINDS = [
  { tag: [1], size: 32, suite: "intl", ...ed25519 },
  { tag: [255, ...utf8("jingui-sm2")], size: 64, suite: "gm", ...sm2 },
];
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The bytes of standard base64 written in the only canonical way.
export function base64(string) {
  const wrong = () => { throw new Bad("base64"); };
  const body = string.replace(/={1,2}$/, "");
  if (string.length % 4 || body.length % 4 === 1) wrong();
  const out = [];
  let bits = 0, kept = 0;
  for (const char of body) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) wrong();
    kept = (kept << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push((kept >> bits) & 255);
      kept &= (1 << bits) - 1;
    }
  }
  if (kept) wrong();
  return Uint8Array.from(out);
}

// The key of `<name>+<id hex>+<base64(type ‖ public key)>`: name, id, type and point must agree.
export function parseKey(line) {
  const wrong = (what) => { throw new Bad("key", what); };
  if (typeof line !== "string") wrong("none");
  const [, name, id, body] = /^([^+]*)\+([^+]*)\+(.*)$/.exec(line) ?? wrong("form");
  if (!NAME.test(name)) wrong("form");
  let raw;
  try {
    raw = base64(body);
  } catch {
    wrong("base64");
  }
  const kind = KINDS.find(({ tag, size }) => raw.length === tag.length + size && tag.every((b, i) => b === raw[i]));
  if (!kind) wrong("type");
  const point = raw.subarray(kind.tag.length);
  if (!kind.isKey(point)) wrong("point");
  const known = sha256(Uint8Array.from([...utf8(name), 10, ...raw])).subarray(0, 4);
  if (hex(known) !== id) wrong("id");
  return { name, id: known, suite: kind.suite, verifies: (signature, text) => kind.verify(point, signature, text) };
}

// The text of a note that `key` has signed; signatures of other keys (witnesses) are passed over.
export function openNote(note, key) {
  const wrong = (what) => { throw new Bad("note", what); };
  if (typeof note !== "string" || note.length > 1000000) wrong("size");
  if (/[\x00-\x09\x0b-\x1f]|\p{Surrogate}/u.test(note)) wrong("control character");
  const cut = note.lastIndexOf("\n\n");
  if (cut <= 0 || !note.endsWith("\n")) wrong("no signature block");
  const lines = note.slice(cut + 2, -1).split("\n");
  if (lines.length > 100) wrong("too many signatures");
  const signatures = lines.map((line) => {
    const hit = /^— (\S+) (\S+)$/u.exec(line);
    if (!hit || !NAME.test(hit[1])) wrong("signature line");
    const blob = base64(hit[2]);
    if (blob.length < 5) wrong("signature length");
    return { name: hit[1], id: blob.subarray(0, 4), signature: blob.subarray(4) };
  });
  const mine = signatures.filter(({ name, id }) => name === key.name && same(id, key.id));
  if (!mine.length) throw new Bad("unsigned", key.name);
  const text = note.slice(0, cut + 1);
  if (mine.length > 1 || !key.verifies(mine[0].signature, utf8(text))) throw new Bad("signature", key.name);
  return text;
}

function body(text, want) {
  const lines = text.split("\n");
  if (lines.length !== want + 1 || lines.pop() !== "" || lines.some((line) => !line)) throw new Bad("note", "lines");
  return lines;
}
function number(text) {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new Bad("note", "number");
  return Number(text);
}
function root(text) {
  const bytes = base64(text);
  if (bytes.length !== 32) throw new Bad("note", "root");
  return bytes;
}
function after(word, line) {
  if (!line.startsWith(`${word} `)) throw new Bad("note", word);
  return line.slice(word.length + 1);
}

// Whether `text` is like 2026-11-22T20:24:50.123456Z and its day is one of the calendar.
export function isMoment(text) {
  const hit = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/.exec(text);
  if (typeof text !== "string" || !hit || hit[1] < "0001") return false;
  const day = new Date(`${hit[1]}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(hit[1]);
}
function moment(line) {
  const text = after("time", line);
  if (!isMoment(text)) throw new Bad("note", "time");
  return text;
}

export function openCheckpoint(note, key) {
  const [origin, size, hash, time, epoch, writers] = body(openNote(note, key), 6);
  const heads = after("writers", writers);
  if (!/^[0-9a-f]{64}$/.test(heads)) throw new Bad("note", "writers");
  const counted = number(after("epoch", epoch));
  return { origin, size: number(size), root: root(hash), time: moment(time), epoch: counted, writers: heads };
}

export function openReceipt(note, key) {
  const [origin, count, hash, time] = body(openNote(note, key), 4);
  if (!origin.endsWith("/receipt") || origin === "/receipt") throw new Bad("note", "origin");
  return { origin: origin.slice(0, -8), count: number(count), root: root(hash), time: moment(time) };
}
