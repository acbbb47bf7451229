// Older records come in below the ones shown, without leaving the page; without this script the same form leads to a page.
// Each answer has its own ledger entry, and the strip changes to it.

const table = document.getElementById("timeline");

async function more(place, form) {
  const button = form.querySelector("button");
  const words = button.textContent;
  button.disabled = true;
  button.textContent = place.dataset.wait;
  const fields = new FormData(form);
  try {
    const response = await fetch(location.href, { method: "POST", body: fields, credentials: "same-origin", cache: "no-store" });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const rows = page.querySelectorAll("#timeline tbody");
    const entry = page.querySelector(".strip")?.dataset.entry;
    if (!rows.length || !entry) throw new Error("page");
    const first = rows[0].querySelector("tr:not(.group) a");
    for (const body of rows) table.append(document.adoptNode(body));
    const next = page.querySelector("[data-more] form");
    if (next) form.replaceWith(document.adoptNode(next));
    else place.remove();
    dispatchEvent(new CustomEvent("jingui:entry", { detail: entry }));
    first?.focus();
  } catch {
    delete form.dataset.sent; // keys.js lets a form go only once
    button.disabled = false;
    button.textContent = words;
    const note = place.querySelector("[role=alert]") ?? place.appendChild(document.createElement("span"));
    note.setAttribute("role", "alert");
    note.textContent = place.dataset.fail;
  }
}

document.addEventListener("submit", (event) => {
  const place = event.target.closest("[data-more]");
  if (!place || !table) return;
  event.preventDefault();
  more(place, event.target);
});
