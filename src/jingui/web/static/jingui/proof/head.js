// Heads of entries and their opened parts, by the strict schema of the ledger's format.
import { Bad } from "./bad.js";
import { canon, parseCanonical, utf8 } from "./canon.js";
import { hex, leaf, rootByInclusion } from "./merkle.js";
import { isMoment } from "./note.js";

const WORD = "[a-z][a-z0-9_.:-]{0,79}";
const HASH = "[0-9a-f]{64}";
const text = (pattern) => { const all = new RegExp(`^(?:${pattern})$`); return (x) => typeof x === "string" && all.test(x); };
const count = (x) => Number.isSafeInteger(x) && x >= 0;
const list = (x) => Array.isArray(x) && x.every((item) => typeof item === "string");
const string = (x) => typeof x === "string";
const hash = text(HASH), word = text(WORD), reason = text(`(?:${WORD})?`);
const salt = text("[0-9a-f]{32}");
const HEAD = {
  at: isMoment, clauses: list, count, decision: text("allow|deny|fail"), entrance: word, epoch: count,
  id: text("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), n: count, policy: count, prev: hash,
  private: hash, purpose: reason, reason, rules: list, suite: text("intl|gm"), targets: hash, v: (x) => x === 1,
  verb: word, writer: text("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
};
const PRIVATE = {
  person: string, account: string, post: string, session: string, address: string, detail: text(`(?:${HASH})?`), salt,
};
const TARGET = { patient: string, record: string, type: string, version: count, salt };

// Pass if `value` has exactly the schema's keys and each is right.
function shaped(value, schema, code) {
  const object = value !== null && typeof value === "object" && !Array.isArray(value);
  if (!object || Object.keys(value).sort().join() !== Object.keys(schema).sort().join()) throw new Bad(code, "keys");
  for (const [key, good] of Object.entries(schema)) if (!good(value[key])) throw new Bad(code, key);
}

export function parseHead(raw, hashes) {
  const head = parseCanonical(raw);
  shaped(head, HEAD, "head");
  if ((head.decision === "allow") !== (head.reason === "")) throw new Bad("head", "reason");
  const none = hex(hashes[head.suite](new Uint8Array()));
  if ((head.count === 0) !== (head.targets === none)) throw new Bad("head", "targets");
  return head;
}

export function checkPrivate(digest, part, head) {
  shaped(part, PRIVATE, "private");
  if (hex(digest(utf8(`jingui:private:1\0${canon(part)}`))) !== head.private) throw new Bad("private", "commitment");
}

export function checkTarget(digest, target, position, path, head) {
  shaped(target, TARGET, "target");
  const root = rootByInclusion(digest, leaf(digest, utf8(canon(target))), position, head.count, path);
  if (hex(root) !== head.targets) throw new Bad("target", "root");
}
