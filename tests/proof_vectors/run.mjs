// Run the browser's proof checker over the vectors under node: `node run.mjs <proof modules> <vectors> <mutations>`.
// Prints one JSON object {checked, failed: [text…], mutations, accepted, ms}. The caller gives the modules' directory a
// package.json with "type": "module".
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, vectors, wanted] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(modules, `${name}.js`)));
const read = async (name) => JSON.parse(await readFile(join(vectors, `${name}.json`), "utf8"));
const [canon, ed25519, merkle, note, sm2, proof, sha, sm3] = await Promise.all(
  ["canon", "ed25519", "merkle", "note", "sm2", "proof", "sha256", "sm3"].map(load),
);

const failed = [];
let checked = 0;
const expect = (name, good) => { checked++; if (!good) failed.push(name); };
const passes = (act) => {
  try { return act() !== false; } catch (error) {
    if (error.constructor.name !== "Bad") throw error;
    return false;
  }
};
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const { hex, same, leaf, rootByInclusion, checkConsistency } = merkle;
const hashes = { sha256: sha.sha256, sha512: ed25519.sha512, sm3: sm3.sm3 };

const primitives = await read("primitives");
for (const [name, hash] of Object.entries(hashes)) {
  for (const { message, digest } of primitives[name]) expect(`${name} ${message}`, hex(hash(bytes(message))) === digest);
}
for (const [name, { verify }] of Object.entries({ ed25519, sm2 })) {
  for (const one of primitives[name]) {
    const found = verify(bytes(one.key), bytes(one.signature), bytes(one.message));
    expect(`${name} ${one.name}`, found === one.ok);
  }
}

const tree = await read("tree");
for (const made of tree.suites) {
  const hash = made.suite === "intl" ? sha.sha256 : sm3.sm3;
  const leaves = made.leaves.map((text) => leaf(hash, canon.utf8(text))), roots = made.roots.map(bytes);
  for (const { index, size, path } of made.inclusion) {
    for (let other = 0; other < size; other++) {
      const good = passes(() => same(rootByInclusion(hash, leaves[index], other, size, path.map(bytes)), roots[size]));
      expect(`inclusion ${made.suite} ${index} at ${other} of ${size}`, good === (other === index));
    }
  }
  for (const one of made.consistency) {
    for (let size = 0; size < roots.length; size++) {
      const path = one.path.map(bytes);
      const good = passes(() => checkConsistency(hash, size, roots[one.old], one.new, roots[one.new], path));
      expect(`consistency ${made.suite} ${one.old} as ${size} to ${one.new}`, good === (size === one.old));
    }
  }
}

const texts = await read("canon");
for (const text of texts.good) expect(`canon ${text}`, passes(() => canon.canon(canon.parseCanonical(text)) === text));
for (const text of texts.bad) expect(`not canon ${text.slice(0, 30)}`, !passes(() => canon.parseCanonical(text)));

const notes = await read("notes");
for (const one of notes.keys) expect(`key ${one.name}`, passes(() => note.parseKey(one.line)) === one.ok);
for (const one of notes.checkpoints) {
  const good = passes(() => note.openCheckpoint(one.note, note.parseKey(one.key)));
  expect(`note ${one.name}`, good === one.ok);
}

const { cases } = await read("proofs");
for (const one of cases) {
  const { ok, steps } = proof.verifyProof(one.proof, one.key);
  const last = steps.at(-1);
  const named = steps.every(({ name_zh, name_en }) => name_zh && name_en);
  expect(`proof ${one.name}: ${JSON.stringify(last)}`, named && ok === one.ok && (ok || last.name === one.fails));
}
for (const odd of [undefined, null, 1, "{}", [], {}, { kind: "entry" }, { kind: null }, { ...cases[0].proof, kind: ["entry"] }, () => 1, Symbol("x")]) {
  expect(`odd ${String(odd)}`, !proof.verifyProof(odd, cases[0].key).ok && !proof.verifyProof(cases[0].proof, odd).ok);
}

// Mutations: a small linear generator, so a run can be repeated.
let seed = 20261122;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return Math.floor((seed / 2 ** 32) * n); };
function spots(value, found = []) {
  if (value && typeof value === "object") {
    for (const key of Object.keys(value)) { found.push([value, key]); spots(value[key], found); }
  }
  return found;
}
function mutate(value) {
  const all = spots(value), [holder, key] = all[random(all.length)], old = holder[key];
  if (random(8) === 0) Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key];
  else if (typeof old === "string" && random(8)) {
    const at = random(old.length + 1), char = String.fromCharCode(random(4) ? 32 + random(95) : random(65536));
    holder[key] = old.slice(0, at) + (random(3) ? char : "") + old.slice(at + random(2));
  } else if (typeof old === "number") holder[key] = [old + 1, old - 1, old + 2 ** 32, old + 0.5, `${old}`, -old, NaN][random(7)];
  else holder[key] = [null, [], {}, 0, "", [old], true][random(7)];
  return value;
}
const good = cases.filter(({ ok }) => ok);
const known = new Set(good.map((one) => canon.canon(one.proof)));
let mutations = 0, accepted = 0;
const begin = Date.now();
while (mutations < Number(wanted)) {
  const one = good[random(good.length)], made = mutate(structuredClone(one.proof));
  let text = "";
  try { text = canon.canon(made); } catch { /* not even JSON of our kinds: it must be refused all the same */ }
  if (known.has(text) || (one.proof.private && made.private === undefined && "target" in made)) continue;
  mutations++;
  if (proof.verifyProof(made, one.key).ok) { accepted++; failed.push(`accepted: ${text}`); }
}
console.log(JSON.stringify({ checked, failed, mutations, accepted, ms: Date.now() - begin }));
