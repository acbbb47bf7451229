// Canonical JSON (RFC 8785 without floats): sorted keys, no white space, integers below 2^53.
import { Bad } from "./bad.js";

const DEEPEST = 32;
const text = new TextEncoder();

// UTF-8 bytes; a lone surrogate has none.
export function utf8(string) {
  if (/\p{Surrogate}/u.test(string)) throw new Bad("json", "lone surrogate");
  return text.encode(string);
}

export function canon(value, depth = 0) {
  if (depth > DEEPEST) throw new Bad("json", "depth");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return utf8(value) && JSON.stringify(value);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => canon(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object") throw new Bad("json", typeof value);
  const pairs = Object.keys(value).sort().map((key) => `${canon(key)}:${canon(value[key], depth + 1)}`);
  return `{${pairs.join(",")}}`;
}

// The value of a text that is its own canonical form; so it holds no double key, float or odd number either.
export function parseCanonical(string) {
  let value;
  try {
    value = JSON.parse(string);
  } catch {
    throw new Bad("json", "syntax");
  }
  if (canon(value) !== string) throw new Bad("not_canonical");
  return value;
}
