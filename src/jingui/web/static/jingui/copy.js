// Copying from a record is an operation of its own: the browser's clipboard gets the text only after it was entered.
const place = document.querySelector("[data-copy]");
const said = document.querySelector("[data-copied]");
const form = document.querySelector("[data-copy-form]");
let writing = false;

function say(words, bad) {
  said.textContent = words;
  said.classList.toggle("bad", Boolean(bad));
  said.hidden = false;
}

async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http on a hospital's own network has no clipboard object
  area.value = text;
  document.body.append(area);
  area.select();
  writing = true;
  const done = document.execCommand("copy");
  writing = false;
  area.remove();
  if (!done) throw new Error("clipboard");
}

async function take(text, by) {
  if (!form) return say(place.dataset.fail, true); // no address to enter a copy at: nothing is copied
  const fields = new FormData(form);
  fields.set("text", text);
  fields.set("by", by);
  let answer;
  try {
    const response = await fetch(place.dataset.copy, {
      method: "POST", body: fields, credentials: "same-origin", cache: "no-store", headers: { "X-Requested-With": "fetch" },
    });
    answer = await response.json();
  } catch {
    say(place.dataset.fail, true);
    return;
  }
  if (!answer.copied) {
    say([answer.why, answer.next].filter(Boolean).join(" "), true);
    return;
  }
  try {
    await put(text);
    say(`${place.dataset.done} ${answer.entry.slice(0, 8)}`);
    dispatchEvent(new CustomEvent("jingui:entry", { detail: answer.entry }));
  } catch {
    say(place.dataset.blocked, true);
  }
}

if (place && said) {
  const hold = (event) => {
    if (writing || event.target.closest?.("input, textarea")) return;
    const text = String(getSelection());
    if (!text.trim()) return;
    event.preventDefault();
    event.clipboardData?.clearData();
    take(text, "keyboard");
  };
  document.addEventListener("copy", hold);
  document.addEventListener("cut", hold);
  document.addEventListener("dragstart", (event) => {
    if (String(getSelection()).trim()) event.preventDefault(); // dragging a text out is copying it unseen
  });
  if (form) form.hidden = !("offered" in form.dataset);
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    delete form.dataset.sent;
    take(place.innerText, "button");
  });
}
