// Keyboard first: / finds, N opens what is new, J and K walk lists, Ctrl+Enter saves, ? shows all. Nothing is stored.

const typing = (node) => node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

function walk(step) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")].filter((row) => row.querySelector("a, button"));
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step))];
  next.querySelector("a, button").focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function find() {
  const box = document.querySelector("[data-find]");
  if (box && box.offsetParent) box.focus(), box.select();
  else document.querySelector(".findlink")?.click();
  return true;
}

function press(selector) {
  const link = document.querySelector(selector);
  link?.click();
  return Boolean(link);
}

function show() {
  const sheet = document.getElementById("keys");
  if (!sheet || document.querySelector("dialog[open]")) return false;
  sheet.showModal();
  return true;
}

const KEYS = { "/": find, "?": show, j: () => walk(1), k: () => walk(-1) };

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return; // an input method is choosing characters
  const node = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = node instanceof Element && node.closest("form");
    if (form) event.preventDefault(), form.requestSubmit(form.querySelector("button.go[type=submit]")); // the main act
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(node)) {
    if (event.key === "Escape") node.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const act = KEYS[key] ?? (/^[a-z]$/.test(key) ? () => press(`[data-key="${key}"]`) : null);
  if (act?.()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

// One press, one submission: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

document.querySelector("[data-summary]")?.focus();
