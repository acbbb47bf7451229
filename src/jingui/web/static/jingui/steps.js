// Shows a proof's check step by step, wherever a page offers it. Text only: nothing from a proof becomes markup.

export async function showSteps(place, module, fetchProof) {
  const result = place.querySelector("[data-proof-result]");
  const list = place.querySelector("[data-proof-steps]");
  const english = document.documentElement.lang === "en";
  const say = (word) => (result.textContent = result.dataset[word]);
  list.replaceChildren();
  result.className = "";
  say("wait");
  let found;
  try {
    found = await fetchProof();
  } catch {
    return say("fail");
  }
  if (!found) return say("late");
  let outcome;
  try {
    const { verifyProof } = await import(new URL(module, document.baseURI).href);
    outcome = await verifyProof(found.proof, found.key);
  } catch {
    return say("fail");
  }
  for (const step of outcome.steps) {
    const line = document.createElement("li");
    line.className = step.ok ? "ok" : "bad";
    const words = document.createElement("div");
    words.textContent = english ? step.name_en : step.name_zh;
    if (step.detail) {
      const detail = document.createElement("small");
      detail.className = "mono";
      detail.textContent = step.detail;
      words.append(detail);
    }
    line.append(words);
    list.append(line);
  }
  result.className = outcome.ok ? "note ok" : "note bad";
  say(outcome.ok ? "good" : "wrong");
}
