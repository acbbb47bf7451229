// Check a proof of the evidence ledger (docs/ledger-format.md) in the browser, with no help of the server and no WebCrypto.
import { Bad } from "./bad.js";
import { canon, utf8 } from "./canon.js";
import { checkPrivate, checkTarget, parseHead } from "./head.js";
import { checkConsistency, leaf, rootByInclusion, same } from "./merkle.js";
import { openCheckpoint, openReceipt, parseKey } from "./note.js";
import { sha256 } from "./sha256.js";
import { sm3 } from "./sm3.js";

const HASHES = { intl: sha256, gm: sm3 };
const STEPS = {
  key: ["核对用公钥", "Pinned key"],
  kind: ["证明种类", "Kind of proof"],
  form: ["证明格式", "Form of the proof"],
  note: ["签名与检查点", "Signed checkpoint"],
  old: ["旧检查点的签名", "Signature of the old checkpoint"],
  new: ["新检查点的签名", "Signature of the new checkpoint"],
  head: ["留痕条目格式", "Form of the entry"],
  inclusion: ["条目在树中", "The entry is in the tree"],
  target: ["本行属于该条目", "The line belongs to the entry"],
  private: ["操作人信息属于该条目", "The private part belongs to the entry"],
  consistency: ["新检查点延续旧检查点", "The new checkpoint continues the old one"],
};
const ENTRY = ["kind", "index", "size", "head", "path", "checkpoint"];
const FORMS = {
  entry: [ENTRY, []],
  line: [[...ENTRY, "target", "position", "count", "target_path"], ["private"]],
  receipt: [["kind", "head", "position", "count", "path", "note"], []],
  consistency: [["kind", "old", "new", "path"], []],
};

function form(proof, [must, may]) {
  const keys = Object.keys(proof);
  if (!must.every((key) => keys.includes(key)) || !keys.every((key) => must.includes(key) || may.includes(key))) {
    throw new Bad("form", "keys");
  }
  for (const key of ["index", "size", "position", "count"]) {
    if (key in proof && !(Number.isSafeInteger(proof[key]) && proof[key] >= 0)) throw new Bad("form", key);
  }
  for (const key of ["head", "checkpoint", "note", "old", "new"]) {
    if (key in proof && typeof proof[key] !== "string") throw new Bad("form", key);
  }
}
function hashes(path) {
  const good = Array.isArray(path) && path.length <= 64 && path.every((x) => /^[0-9a-f]{64}$/.test(x) && typeof x === "string");
  if (!good) throw new Bad("form", "path");
  return path.map((x) => Uint8Array.from(x.match(/../g), (byte) => parseInt(byte, 16)));
}

function included(key, proof, index, size, root) {
  const head = proof.parsed;
  if (key.suite !== head.suite) throw new Bad("suite", head.suite);
  const digest = HASHES[head.suite];
  const found = rootByInclusion(digest, leaf(digest, utf8(proof.head)), index, size, hashes(proof.path));
  if (!same(found, root)) throw new Bad("inclusion", "root");
}

function checkSigned(step, proof, key) {
  const receipt = proof.kind === "receipt";
  const [index, size] = receipt ? [proof.position, proof.count] : [proof.index, proof.size];
  const signed = step("note", () => {
    const opened = receipt ? openReceipt(proof.note, key) : openCheckpoint(proof.checkpoint, key);
    if ((receipt ? opened.count : opened.size) !== size) throw new Bad("form", "size");
    return opened;
  });
  const head = step("head", () => parseHead(proof.head, HASHES));
  step("inclusion", () => included(key, { ...proof, parsed: head }, index, size, signed.root), `${index} / ${size}`);
  if (proof.kind !== "line") return;
  const digest = HASHES[head.suite];
  step("target", () => {
    if (proof.count !== head.count) throw new Bad("target", "count");
    checkTarget(digest, proof.target, proof.position, hashes(proof.target_path), head);
  }, `${proof.position} / ${proof.count}`);
  if ("private" in proof) step("private", () => checkPrivate(digest, proof.private, head));
}

function checkGrowth(step, proof, key) {
  const old = step("old", () => openCheckpoint(proof.old, key));
  const now = step("new", () => openCheckpoint(proof.new, key));
  step("consistency", () => {
    if (old.origin !== now.origin) throw new Bad("origin", now.origin);
    if (now.time < old.time) throw new Bad("time", now.time);
    checkConsistency(HASHES[key.suite], old.size, old.root, now.size, now.root, hashes(proof.path));
    if (old.size === now.size && old.writers !== now.writers) throw new Bad("heads", "writers");
  }, `${old.size} → ${now.size}`);
}

// Check a parsed proof of any kind against the pinned key line. Never throws: the last step says what failed.
export function verifyProof(proofObject, pinnedKeyLine) {
  const steps = [];
  const step = (name, act, detail = "") => {
    const [name_zh, name_en] = STEPS[name];
    let result;
    try {
      result = act();
    } catch (error) {
      steps.push({ name, name_zh, name_en, ok: false, detail: error instanceof Bad ? error.message : `error: ${error}` });
      throw steps;
    }
    steps.push({ name, name_zh, name_en, ok: true, detail });
    return result;
  };
  try {
    const key = step("key", () => parseKey(pinnedKeyLine));
    // One copy of plain values is checked, so nothing can change or hide behind a getter meanwhile.
    const proof = step("kind", () => {
      const copy = JSON.parse(canon(proofObject));
      // A list of one word would pass for the word where it is used as a key.
      if (typeof copy?.kind !== "string" || !Object.hasOwn(FORMS, copy.kind)) throw new Bad("form", "kind");
      return copy;
    });
    step("form", () => {
      form(proof, FORMS[proof.kind]);
      hashes(proof.path);
      if (proof.kind === "line") hashes(proof.target_path);
    });
    (proof.kind === "consistency" ? checkGrowth : checkSigned)(step, proof, key);
  } catch (error) {
    if (error !== steps) throw error;
  }
  return { ok: steps.length > 3 && steps.every(({ ok }) => ok), steps };
}
