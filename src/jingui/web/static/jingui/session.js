// How long the session lasts, in minutes, and a warning before it ends. When it has ended nothing stays on the screen:
// the page leaves, or, if something was typed, it is veiled until the same browser has signed in again. Stores nothing.

const text = document.querySelector("[data-session-text]");
const status = document.querySelector("[data-session-status]");
const main = document.getElementById("main");
let end = performance.now() + Number(document.body.dataset.session) * 1000;
const me = document.querySelector(".person")?.textContent;
let typed = false;
let warned = null;

function bar(words, tone, href) {
  const note = document.createElement("div");
  note.className = `note ${tone}`;
  const line = document.createElement("p");
  line.textContent = words;
  if (href) {
    const link = Object.assign(document.createElement("a"), { href, target: "_blank", rel: "noopener" });
    link.textContent = text.dataset.sessionAgain;
    line.append(" ", link);
  }
  note.append(line);
  main.parentElement.before(note);
  status.textContent = words;
  return note;
}

// After a new sign-in the old form's token is void: take the new one from a page of our own, then lift the veil.
async function lift(note) {
  const response = await fetch(text.dataset.sessionCheck, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (!response?.ok || response.redirected) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const token = fresh.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!token) return false;
  if (fresh.querySelector(".person")?.textContent !== me) return other();
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  note.remove();
  main.hidden = false;
  return true;
}

// Another person signed in at this station: what stood here was not theirs.
function other() {
  main.replaceChildren();
  dispatchEvent(new CustomEvent("jingui:other"));
  location.replace("/");
  return true;
}

function over() {
  warned?.remove();
  text.textContent = "";
  if (!typed) return location.replace(text.dataset.sessionHref);
  main.hidden = true;
  document.title = text.dataset.sessionOver; // a title names the patient
  document.querySelector(".watermark")?.remove();
  const note = bar(text.dataset.sessionOver, "bad", text.dataset.sessionHref);
  addEventListener("focus", async function back() {
    if (await lift(note)) removeEventListener("focus", back);
  });
}

function tick() {
  const left = end - performance.now();
  if (left <= 0) return over();
  const minutes = Math.ceil(left / 60000);
  text.textContent = text.dataset.sessionText.replace("{n}", minutes);
  if (left < 120000) warned ??= bar(text.dataset.sessionWarning.replace("{n}", minutes), "warn");
  setTimeout(tick, Math.min(left + 50, 15000));
}

addEventListener("jingui:alive", ({ detail }) => {
  end = performance.now() + detail * 1000;
  warned?.remove();
  warned = null;
});
main.addEventListener("input", () => (typed = true));
if (text && end > performance.now()) tick();
