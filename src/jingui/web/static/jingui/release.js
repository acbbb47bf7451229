// The application for copies: an identity number's check digit is told while it is typed, an address is asked for only
// when something is posted, a photograph says that it was taken. Without this script the server says the same later.

const form = document.querySelector("[data-apply]");
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

function cardWrong(text) {
  const number = text.replace(/\s/g, "").toUpperCase();
  if (!number) return "";
  if (!/^\d{17}[\dX]$/.test(number)) return number.length < 18 ? "short" : "shape";
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year, month - 1, day));
  if (born.getUTCMonth() + 1 !== month || born.getUTCDate() !== day || year < 1850) return "date";
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return "10X98765432"[sum % 11] === number[17] ? "ok" : "digit";
}

for (const group of form?.querySelectorAll("[data-card]") ?? []) {
  const box = group.querySelector("input");
  const told = group.dataset;
  const kind = form.elements[told.cardKind];
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  box.after(said);
  const look = (final) => {
    const found = kind?.value === told.card ? cardWrong(box.value) : "";
    const word = found === "short" && !final ? "" : found;
    said.textContent = word ? told[word] : "";
    said.className = `said${word ? (word === "ok" ? " ok" : " bad") : ""}`;
  };
  box.addEventListener("input", () => look(false));
  box.addEventListener("change", () => look(true));
  kind?.addEventListener("change", () => look(true));
  if (box.value) look(true);
}

for (const group of form?.querySelectorAll("[data-when]") ?? []) {
  const [name, ...values] = group.dataset.when.split(" ");
  const asked = form.elements[name];
  const show = () => {
    const needed = values.includes(asked.value);
    group.hidden = !needed;
    for (const control of group.querySelectorAll("input:not([type=checkbox]), textarea, select")) control.required = needed;
    for (const optional of group.querySelectorAll("label i, legend i")) optional.hidden = needed;
  };
  asked?.addEventListener("change", show);
  if (asked) show();
}

for (const file of form?.querySelectorAll("input[type=file]") ?? []) {
  file.addEventListener("change", () => {
    const names = [...file.closest(".field").querySelectorAll("input[type=file]")].flatMap((one) => [...one.files].map((each) => each.name));
    file.closest(".field").querySelector("[data-taken]").textContent = names.join(" · ");
  });
}
