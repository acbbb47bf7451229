// Code pickers: a text field that also finds codes by words, pinyin initials or the code itself (WAI-ARIA combobox).
// Without this script the same field takes the same text and the server finds the code. Nothing of a patient is asked.

const known = new Map(); // answers of this page, by address: tables do not change while one writes
let list = null; // the open list
let field = null; // whose it is
let active = -1;
let turn = 0;

function close() {
  list?.remove();
  field?.setAttribute("aria-expanded", "false");
  field?.removeAttribute("aria-activedescendant");
  list = null;
  active = -1;
}

function mark(at) {
  const options = [...list.querySelectorAll("[role=option]")];
  active = options.length ? (at + options.length) % options.length : -1;
  options.forEach((option, n) => option.setAttribute("aria-selected", String(n === active)));
  const chosen = options[active];
  if (!chosen) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function pick(option) {
  field.value = option.dataset.value;
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const boxes = field.closest("[data-boxes]");
  if (field.dataset.repeats && boxes && [...boxes.querySelectorAll("input")].every((one) => one.value)) another(boxes);
}

// A field that repeats always has one more empty box.
function another(boxes) {
  const box = boxes.lastElementChild.cloneNode(true);
  const input = box.querySelector("input");
  input.value = "";
  input.id = `${boxes.querySelector("input").id}-${boxes.children.length + 1}`;
  input.removeAttribute("aria-controls");
  boxes.append(box);
}

function draw(rows) {
  const typed = field.value;
  close();
  list = document.createElement("ul");
  list.className = "list";
  list.id = `${field.id}-list`;
  list.setAttribute("role", "listbox");
  rows.forEach((row, n) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${n}`;
    option.setAttribute("role", "option");
    option.dataset.value = `${row.code} ${row.text}`;
    const words = document.createElement("span");
    words.textContent = row.text;
    const code = document.createElement("code");
    code.textContent = row.code;
    option.append(words, code);
    list.append(option);
  });
  if (!rows.length) {
    const none = Object.assign(document.createElement("li"), { className: "none", textContent: field.dataset.none });
    list.append(none);
  }
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) pick(option);
  });
  field.parentElement.append(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "true");
  if (rows.length && typed) mark(0);
}

async function look(input) {
  const typed = input.value.trim();
  if (!typed) return close();
  const address = `${input.dataset.lookup}?q=${encodeURIComponent(typed)}`;
  const mine = ++turn;
  if (!known.has(address)) {
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      known.set(address, (await answer.json()).rows);
    } catch {
      return; // the field takes plain words as well; the server finds the code
    }
  }
  if (mine === turn && document.activeElement === input) field = input, draw(known.get(address));
}

const picker = (node) => node instanceof HTMLInputElement && node.dataset.lookup && node;

for (const input of document.querySelectorAll("[data-lookup]")) {
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
}

document.addEventListener("input", (event) => {
  const input = picker(event.target);
  if (input && event.isTrusted && !event.isComposing) look(input);
});
document.addEventListener("compositionend", (event) => picker(event.target) && look(event.target));
document.addEventListener("focusout", (event) => event.target === field && close());

addEventListener("keydown", (event) => {
  const input = picker(event.target);
  if (!input || event.isComposing) return;
  if (!list) {
    if (event.key === "ArrowDown" && !event.altKey) event.preventDefault(), look(input);
    return;
  }
  const options = list.querySelectorAll("[role=option]");
  if (event.key === "ArrowDown") mark(active + 1);
  else if (event.key === "ArrowUp") mark(active - 1);
  else if (event.key === "Escape") close();
  else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
    if (options[active]) pick(options[active]);
    else close();
    if (event.key === "Tab") return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// Groups: one more line, copied from the last and emptied; the server numbers them anew.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-more-line]");
  if (!button) return;
  event.preventDefault();
  const lines = button.parentElement.querySelectorAll("[data-line]");
  const last = lines[lines.length - 1];
  const made = last.cloneNode(true);
  const from = String(lines.length - 1);
  for (const node of made.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby", "data-take", "data-echo"]) {
      const value = node.getAttribute(name);
      if (value) node.setAttribute(name, value.replaceAll(`${button.value}.${from}.`, `${button.value}.${lines.length}.`));
    }
    if (node instanceof HTMLInputElement && /radio|checkbox/.test(node.type)) node.checked = false;
    else if ("value" in node && node.tagName !== "LI") node.value = "";
    if (node.matches(".error, .previous")) node.remove();
  }
  made.querySelector("b").textContent = lines.length + 1;
  last.after(made);
  made.querySelector("input, select, textarea").focus();
});
