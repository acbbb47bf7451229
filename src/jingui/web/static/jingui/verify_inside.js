// The number that a sealed PDF gives itself, out of the manifest attached to it. A hint only: it tells an altered file
// from the file of another copy. Whether the file is right is decided by its SHA-256 alone.
const LARGEST = 4e6, MOST = 50;
const latin = new TextDecoder("latin1");

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader(), parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LARGEST) {
      await reader.cancel();
      throw new RangeError("too large");
    }
    parts.push(value);
  }
  return new Blob(parts).text();
}

export async function namedNumber(bytes) {
  const text = latin.decode(bytes), pattern = /\/EmbeddedFile\b[^]{0,400}?stream\r?\n/g;
  let seen = 0;
  for (const hit of text.matchAll(pattern)) {
    const start = hit.index + hit[0].length, stop = text.indexOf("endstream", start);
    if (stop < 0 || ++seen > MOST) break;
    if (stop - start > LARGEST) continue;
    const number = await numberOf(bytes.subarray(start, stop));
    if (number) return number;
  }
  return "";
}

// Small files stand there as they are; others are packed, and the line end before the closing word is no part of them.
async function numberOf(stream) {
  const ways = [() => new TextDecoder().decode(stream), ...[0, 1, 2].map((end) => () => unpacked(stream.subarray(0, stream.length - end)))];
  for (const way of ways) {
    try {
      const said = JSON.parse(await way());
      return said.kind === "copy" && typeof said.number === "string" ? said.number : "";
    } catch {
      continue; // not written this way
    }
  }
  return "";
}
