// The ledger strip: number and checkpoint of this very request a moment later, and the check in this browser.
// GET /ledger/entry/<uuid> answers {index, size, checkpoint, key, proof}; index null (or 202/404) until it is sequenced.
import { showSteps } from "./steps.js";

const strip = document.querySelector(".strip[data-entry]");
const part = (name) => strip.querySelector(`[data-strip-${name}]`);
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
let answer = null;

async function ask() {
  const response = await fetch(`/ledger/entry/${encodeURIComponent(strip.dataset.entry)}`, {
    headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin",
  });
  if (response.status === 202 || response.status === 404) return null;
  if (!response.ok) throw new Error(String(response.status));
  const found = await response.json();
  return Number.isInteger(found.index) && found.proof ? found : null;
}

function tell(found) {
  const number = part("number");
  const checkpoint = part("checkpoint");
  number.textContent = number.dataset.number.replace("{n}", grouped(found.index));
  if (found.size) checkpoint.textContent = checkpoint.dataset.text.replace("{n}", grouped(found.size));
  part("mark").classList.remove("wait");
}

async function look(waits) {
  for (const wait of waits) {
    await new Promise((done) => setTimeout(done, wait));
    try {
      answer = await ask();
    } catch {
      break; // said below: the entry itself is committed, only its number is late
    }
    if (answer) return tell(answer);
  }
  part("number").textContent = part("number").dataset.late;
}

strip?.querySelector("[data-verify]").addEventListener("click", async () => {
  const sheet = document.getElementById("proof");
  sheet.showModal();
  await showSteps(sheet, strip.dataset.proof, async () => {
    answer ??= await ask();
    if (answer) tell(answer);
    return answer;
  });
});

// More of this page came under an entry of its own: the strip now stands for that one.
addEventListener("jingui:entry", ({ detail }) => {
  strip.dataset.entry = detail;
  strip.querySelector(".id").textContent = strip.querySelector(".id").title = detail;
  answer = null;
  part("mark").classList.add("wait");
  look([700, 1000, 2000, 4000]);
});

if (strip) look([700, 1000, 2000, 4000]);
