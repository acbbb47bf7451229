// An entry's own page: fetches its proof when asked and checks it in this browser.
import { showSteps } from "./steps.js";

const place = document.querySelector("[data-check]");

async function proof() {
  const response = await fetch(place.dataset.source, {
    headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin",
  });
  if (response.status === 202 || response.status === 404) return null;
  if (!response.ok) throw new Error(String(response.status));
  const found = await response.json();
  return found.proof ? found : null;
}

place.querySelector("[data-check-now]").addEventListener("click", () => showSteps(place, place.dataset.proof, proof));
