// Who read my record: checks a line's proof in this browser, and shows new readings within a second while the page is looked at.
// One bit is asked for (204: nothing new), under this page's own ledger entry; the readings themselves come by a new,
// entered reading of the page. Asked every 0.7 s for two minutes, then every 5 s; never while the page is hidden.
import { showSteps } from "./steps.js";

const QUICK = 700, SLOW = 5000, AWAKE = 120000;
const began = performance.now();
let place = document.getElementById("readings");
const status = document.querySelector("[data-readers-status]");

async function proof(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" });
  if (response.status === 202) return null;
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line-proof]");
  const strip = document.querySelector(".strip");
  if (!button || !strip) return;
  const sheet = document.getElementById("proof");
  sheet.showModal();
  showSteps(sheet, strip.dataset.proof, () => proof(button.dataset.lineProof));
});

async function refresh() {
  const response = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
  if (!response.ok || response.redirected) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("readings");
  const entry = page.querySelector(".strip")?.dataset.entry;
  if (!fresh || !entry) return false;
  const known = new Set([...place.querySelectorAll(".seen")].map((line) => line.id));
  const at = document.activeElement?.closest(".seen")?.id;
  place.replaceWith(document.adoptNode(fresh));
  place = fresh;
  for (const line of place.querySelectorAll(":scope > ul > .seen")) if (!known.has(line.id)) line.classList.add("fresh");
  if (at) document.getElementById(at)?.querySelector("button, a")?.focus();
  status.textContent = status.dataset.news;
  dispatchEvent(new CustomEvent("jingui:entry", { detail: entry }));
  return true;
}

async function look() {
  if (!place.dataset.news) return;
  if (!document.hidden && !document.querySelector("dialog[open]")) {
    try {
      const response = await fetch(`${place.dataset.news}?after=${place.dataset.newest}`, { cache: "no-store", credentials: "same-origin" });
      if (response.redirected || response.status === 404 || response.status === 403) return; // over: open the page again
      if (response.status === 200) await refresh();
    } catch {
      // the network is away: the next look tries again
    }
  }
  setTimeout(look, performance.now() - began < AWAKE ? QUICK : SLOW);
}

if (place) setTimeout(look, QUICK);
