// Checking a copy: the code out of the address's fragment, the file's SHA-256 made here, the answer and its proof.
// What leaves this browser is the code and the SHA-256, by POST; the file never does. The fragment is removed at once.
import { namedNumber } from "./verify_inside.js";
import { hex } from "./proof/merkle.js";
import "./proof/proof.js"; // at once, so that the proof can be checked without a network later
import { sha256 } from "./proof/sha256.js";
import { showSteps } from "./steps.js";

const LARGEST = 300e6;
const live = document.querySelector("[data-live]");
const form = document.querySelector("[data-ask]");
const status = live.querySelector("[data-status]");
const drop = live.querySelector("[data-drop]");
const secret = form.elements.namedItem("secret");
const digest = form.elements.namedItem("digest");
let inside = Promise.resolve(""); // the number that the chosen file gives itself
let asked = 0;

function say(word) {
  status.hidden = !word;
  status.textContent = word ? live.dataset[word] : "";
}

function setVerdict(note, name, number) {
  note.querySelector("h2").textContent = live.dataset[`${name}Title`];
  note.querySelector("p").textContent = live.dataset[`${name}Text`].replace("{number}", number);
}

// A file that differs: altered, or the file of another copy than the code's?
async function tellApart(answer) {
  const own = await inside, note = [...answer.querySelectorAll(".verdict.bad")].pop();
  if (own && note && "mismatch" in answer.dataset) setVerdict(note, own === answer.dataset.number ? "altered" : "other", own);
}

function offerCheck(answer) {
  const button = answer.querySelector("[data-check-now]"), place = answer.querySelector("[data-check]");
  if (!button || !answer.dataset.found) return;
  button.hidden = false;
  button.addEventListener("click", () => check(answer, place));
  check(answer, place);
}

async function check(answer, place) {
  const found = JSON.parse(answer.dataset.found), mine = digest.value.trim().toLowerCase();
  await showSteps(place, place.dataset.proof, async () => found);
  const line = found.proof.target;
  const right = line?.type === "copy_file" && line.patient === "" && (!mine || line.record === mine);
  const result = place.querySelector("[data-proof-result]");
  if (!result.classList.contains("ok")) return;
  if (!right) result.className = "note bad";
  if (!right || !mine) result.textContent = right ? result.dataset.alone : result.dataset.another;
}

async function ask() {
  const turn = ++asked;
  say("busy");
  let page;
  try {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST", body: new URLSearchParams({ secret: secret.value, digest: digest.value }), cache: "no-store",
      credentials: "omit", referrerPolicy: "no-referrer", redirect: "error",
    });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.getElementById("answer")) throw new Error(String(response.status));
  } catch {
    if (turn === asked) say("lost");
    return;
  }
  if (turn !== asked) return;
  say("");
  const fresh = document.adoptNode(page.getElementById("answer"));
  document.getElementById("answer").replaceWith(fresh);
  document.querySelector("[data-summary]")?.remove();
  const wrong = page.querySelector("[data-summary]");
  if (wrong) live.before(document.adoptNode(wrong));
  const answer = fresh.querySelector("[data-answer]");
  if (answer) {
    offerCheck(answer);
    await tellApart(answer);
  }
  (wrong ?? fresh).focus?.();
  (wrong ?? fresh).scrollIntoView?.({ block: "nearest" });
}

// The browser's own way is quicker, but there is none on a page without TLS.
async function digestOf(bytes) {
  return crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : sha256(bytes);
}

async function take(file) {
  if (!file) return;
  if (file.size > LARGEST) return say("large");
  say("hashing");
  await new Promise((painted) => setTimeout(painted, 30));
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return say("lost");
  }
  digest.value = hex(await digestOf(bytes));
  inside = namedNumber(bytes).catch(() => "");
  say("");
  if (secret.value.trim()) await ask();
  else secret.focus();
}

function fromAddress() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  secret.value = code;
  ask();
}

drop.hidden = false;
drop.querySelector("input").addEventListener("change", (event) => take(event.target.files[0]));
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
document.querySelector("[data-language]").addEventListener("click", (event) => {
  event.preventDefault();
  const away = new URL(event.currentTarget.href);
  if (secret.value) away.hash = secret.value.split("#").pop(); // read and removed there again; never sent
  location.assign(away);
});
addEventListener("hashchange", fromAddress);
const shown = document.querySelector("[data-answer]");
if (shown) offerCheck(shown);
fromAddress();
