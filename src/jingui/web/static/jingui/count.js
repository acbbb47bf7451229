// Counting: how many lines stand in the field, the camera where the browser can read barcodes; typing works without.
const field = document.querySelector("[data-scans]");
const form = field?.closest("form");
const said = document.querySelector("[data-lines]");
const place = document.querySelector("[data-camera]");
const most = Number(form?.dataset.most ?? 0);

const lines = () => field.value.split("\n").map((one) => one.trim()).filter(Boolean);

function told() {
  const n = lines().length;
  if (said) said.textContent = n ? `${n} / ${most}` : "";
  if (n >= most && field.value.endsWith("\n")) form.requestSubmit(); // a full batch goes off by itself
}

function add(code) {
  const now = lines();
  if (now.at(-1) === code) return;
  field.value = [...now, code].join("\n") + "\n";
  navigator.vibrate?.(40);
  told();
}

async function watch(video, detector) {
  if (!video.srcObject) return;
  try {
    for (const one of await detector.detect(video)) add(one.rawValue);
  } catch {
    // a frame that cannot be read: the next one will be
  }
  setTimeout(() => watch(video, detector), 150);
}

async function start(button) {
  const video = place.querySelector("video");
  if (video.srcObject) {
    video.srcObject.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    place.classList.remove("on");
    return;
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    button.disabled = true; // no camera, or not allowed: the field is there
    return;
  }
  place.classList.add("on");
  await video.play();
  watch(video, new BarcodeDetector({ formats: ["qr_code", "code_128"] }));
}

if (field && form) {
  field.addEventListener("input", told);
  told();
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    place.hidden = false;
    place.querySelector("[data-start]").addEventListener("click", (event) => start(event.target));
  }
}
