// How long the session lasts, said in minutes; a warning before it ends. Keeps nothing and sends nothing.

const text = document.querySelector("[data-session-text]");
const status = document.querySelector("[data-session-status]");
const seconds = Number(document.body.dataset.session);
const end = performance.now() + seconds * 1000;
let warned = false;

function bar(words, tone) {
  const note = document.createElement("div");
  note.className = `note ${tone}`;
  const line = document.createElement("p");
  line.textContent = words;
  note.append(line);
  document.getElementById("main").prepend(note);
  status.textContent = words;
}

function tick() {
  const left = end - performance.now();
  const minutes = Math.ceil(left / 60000);
  if (left <= 0) {
    text.textContent = "";
    bar(text.dataset.sessionOver, "bad");
    return;
  }
  text.textContent = text.dataset.sessionText.replace("{n}", minutes);
  if (left < 120000 && !warned) {
    warned = true;
    bar(text.dataset.sessionWarning.replace("{n}", minutes), "warn");
  }
  setTimeout(tick, Math.min(left + 50, 15000));
}

if (text && seconds > 0) tick();
