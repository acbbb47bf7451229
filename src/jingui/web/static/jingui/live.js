// A page that stays up to date: asks for itself again and takes over what stands in [data-live]. Each look is a governed
// one with an entry of its own, so it ends when nobody has moved for ten minutes, and rests while the page is hidden or
// somebody is typing.

const place = document.querySelector("[data-live]");
const every = Number(place.dataset.live) * 1000;
let last = performance.now();
for (const kind of ["pointermove", "keydown", "touchstart"]) addEventListener(kind, () => (last = performance.now()), { passive: true });

async function look() {
  if (performance.now() - last > 600000) {
    const note = Object.assign(document.createElement("p"), { className: "small", textContent: place.dataset.liveStopped });
    note.setAttribute("role", "status");
    place.prepend(note);
    return;
  }
  const typing = [...place.querySelectorAll("input:not([type=hidden])")].some((one) => one.value || one === document.activeElement);
  if (!document.hidden && !typing) {
    try {
      const response = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
      if (response.redirected || response.status === 403) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (response.ok && fresh) {
        place.replaceChildren(...document.adoptNode(fresh).childNodes);
        dispatchEvent(new CustomEvent("jingui:entry", { detail: page.querySelector(".strip")?.dataset.entry }));
      }
    } catch {
      // the network is away: what stands here stays, the next look may find it back
    }
  }
  setTimeout(look, every);
}

setTimeout(look, every);
