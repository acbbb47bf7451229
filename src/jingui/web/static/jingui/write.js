// Writing: what is typed is saved to the server's encrypted draft after two quiet seconds, again and again until it is
// answered. Nothing is kept in the browser's storage: this page's memory and the server's draft are all there is.

const form = document.querySelector("[data-entry-form]");
const status = form.querySelector("[data-saved-status]");
const words = form.dataset;
const QUIET = 2000; // ms without a key before a save
const WAITS = [1, 2, 4, 8, 15, 30]; // s between tries when the connection is lost
let typed = 0; // counts changes
let kept = 0; // the change that the server has
let sending = null; // what is on its way: sent again as it was until it is answered, so that a lost answer is no conflict
let timer = 0;
let failures = 0;
let stopped = false; // a conflict or a refusal: a person must look first
let onward = null; // where to go as soon as everything is saved
let leaving = false;

const dirty = () => typed > kept || sending !== null;

function say(text, tone = "") {
  status.textContent = text;
  status.className = `saved ${tone}`;
}

function press(name, text) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: text });
  button.addEventListener("click", () => submitFor(name));
  status.append(button);
}

// The server answers itself, without the script in between: it shows the two texts side by side, or what is wrong.
function submitFor(act) {
  leaving = true;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: act });
  form.append(field);
  form.submit();
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function body() {
  const fields = new FormData(form);
  fields.delete("take");
  return fields;
}

async function save() {
  clearTimeout(timer);
  if (stopped || !dirty()) return;
  if (sending?.under) return;
  sending ??= { fields: body(), change: typed, under: false };
  sending.under = true;
  sending.fields.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value); // new after a new sign-in
  say(words.saving);
  let answer;
  try {
    answer = await fetch(words.save, {
      method: "POST", body: sending.fields, credentials: "same-origin", cache: "no-store",
      headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15000),
    });
  } catch {
    return lost();
  }
  if (answer.redirected || answer.status === 401) return lost(words.out);
  if (answer.status >= 500 || answer.status === 429) return lost();
  let told;
  try {
    told = await answer.json();
  } catch {
    if (answer.status === 403) return lost(words.out);
    return answer.ok ? lost() : refused({ message: String(answer.status), label: words.look });
  }
  if (!answer.ok) return refused(told);
  kept = sending.change;
  sending = null;
  failures = 0;
  form.elements.revision.value = told.revision;
  dispatchEvent(new CustomEvent("jingui:alive", { detail: told.session })); // saving is work: the session goes on
  show(told);
  if (typed > kept) return later(onward ? 0 : QUIET);
  say(words.saved.replace("{t}", told.saved), "ok");
  if (onward) leaving = true, location.assign(onward);
}

function lost(text) {
  sending.under = false;
  const wait = WAITS[Math.min(failures++, WAITS.length - 1)];
  say(text || words.lost.replace("{n}", wait), "bad");
  later(wait * 1000);
}

function refused(told) {
  sending = null;
  stopped = true;
  onward = null;
  say(told.fork ? words.fork : words.refused + told.message, "bad");
  press("save", told.label);
}

// What the server made of it: completeness, how dates and codes were read, what each part still lacks.
function show(told) {
  const bar = document.querySelector("[data-complete]");
  bar.value = told.complete;
  document.querySelector("[data-complete-text]").textContent = `${told.complete}%`;
  for (const place of form.querySelectorAll("[data-echo]")) place.textContent = told.echo[place.dataset.echo] ?? "";
  for (const place of document.querySelectorAll("[data-missing]")) {
    const left = told.missing[place.dataset.missing];
    place.textContent = !left ? "" : place.closest("nav") ? left : told.left.replace("{n}", left);
  }
}

form.addEventListener("input", () => {
  typed += 1;
  if (!stopped && !sending) say(words.typing);
  if (!stopped && !failures) later(QUIET);
});

// Going on means: save, then go; while the connection is lost the page waits with everything on it.
form.addEventListener("submit", (event) => {
  const act = event.submitter?.value ?? "check";
  if (event.submitter?.name === "take") return event.preventDefault();
  if (stopped) return void (leaving = true); // the server shows what is wrong
  event.preventDefault();
  onward = act === "save" ? null : form.dataset.check ?? form.elements.check.value;
  if (dirty()) return void save();
  if (act === "save") return say(words.saved.replace("{t}", new Date().toTimeString().slice(0, 5)), "ok");
  typed += 1; // nothing typed yet: the first save makes the draft that the next page shows
  save();
});

addEventListener("jingui:other", () => (leaving = stopped = true)); // somebody else signed in: this page goes, unasked
addEventListener("online", () => dirty() && !stopped && save());
addEventListener("focus", () => failures && save());
addEventListener("beforeunload", (event) => {
  if (dirty() && !leaving) event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.hidden && typed > kept && save());

// Keys: Ctrl+S saves, F2 takes the last value over, Alt+arrows go from part to part.
function take(button) {
  const field = document.getElementById(button.dataset.take);
  if (!field) return;
  if (field instanceof HTMLLegendElement) {
    for (const choice of field.parentElement.querySelectorAll("input")) choice.checked = choice.value === button.dataset.value;
  } else field.value = button.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take]");
  if (button) event.preventDefault(), take(button);
});

addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    form.querySelector("[data-save-now]").click();
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches?.("form.entry input")) {
    event.preventDefault(); // Enter goes on to the next field, as Tab does
    const stops = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, .bar .go")];
    stops[stops.indexOf(event.target) + 1]?.focus();
  } else if (event.key === "F2") {
    const button = document.activeElement?.closest(".field")?.querySelector("[data-take]");
    if (button) event.preventDefault(), take(button);
  } else if (/^[1-9]$/.test(event.key) && document.activeElement?.matches(".picks input")) {
    const choice = document.activeElement.closest(".picks").querySelectorAll("input")[event.key - 1];
    if (choice) choice.click(), choice.focus();
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const parts = [...form.querySelectorAll(".part")];
    const here = parts.findIndex((part) => part.contains(document.activeElement));
    const next = parts[Math.max(0, Math.min(parts.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)))];
    event.preventDefault();
    next?.querySelector("input, select, textarea")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
});

// The deadline: when it comes near it is said once; when it has passed the reason of a late entry is asked for.
const due = document.querySelector("[data-due]");
if (due) {
  const end = Date.parse(due.dataset.due);
  const tag = due.querySelector("time");
  let told = 0;
  const span = (s) => {
    const [d, h, m] = [Math.floor(s / 86400), Math.floor((s % 86400) / 3600), Math.floor((s % 3600) / 60)];
    const unit = d ? due.dataset.days : h ? due.dataset.hours : m ? due.dataset.minutes : due.dataset.seconds;
    return unit.replace("{n}", d).replace("{h}", h).replace("{m}", m).replace("{s}", s % 60);
  };
  const look = () => {
    const left = end - Date.now();
    const said = left < 0 ? due.dataset.over : due.dataset.left;
    tag.textContent = said.replace("{t}", span(Math.floor(Math.abs(left) / 1000)));
    const state = left < 0 ? 2 : left < Number(words.warnSeconds) * 1000 ? 1 : 0;
    if (state > told) {
      tag.classList.remove("ok", "warn");
      tag.classList.add(state === 2 ? "bad" : "warn");
      if (!dirty()) say(state === 2 ? words.late : words.near, state === 2 ? "bad" : "");
      told = state;
    }
    setTimeout(look, left > 0 && left < 60000 ? 1000 : 20000);
  };
  look();
}

// Which part one is in.
const seen = new IntersectionObserver((parts) => {
  for (const part of parts) {
    if (!part.isIntersecting) continue;
    for (const link of document.querySelectorAll(".parts a")) link.removeAttribute("aria-current");
    document.querySelector(`.parts a[href="#${CSS.escape(part.target.id)}"]`)?.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-20% 0px -70% 0px" });
for (const part of form.querySelectorAll(".part")) seen.observe(part);
