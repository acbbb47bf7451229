// Signature pad: pointer strokes on a canvas, for finger, pen and mouse. Strokes and picture go into two hidden fields;
// without this script the canvas never shows and the form takes a scan of the paper.

const INK = "#111";
const MOST = 4000; // points: longer drawings keep their shape with fewer

for (const pad of document.querySelectorAll("[data-pad]")) {
  const canvas = pad.querySelector("canvas");
  const strokesField = pad.querySelector("input[name=strokes]");
  const drawingField = pad.querySelector("input[name=drawing]");
  const status = pad.querySelector("[role=status]");
  const pen = canvas.getContext("2d");
  let strokes = [];
  let current = null;
  pad.hidden = false;

  const scale = () => canvas.clientWidth / canvas.width;
  const paint = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = INK;
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (stroke.length === 1) pen.lineTo(stroke[0][0] + 0.1, stroke[0][1]);
      pen.stroke();
    }
  };
  const keep = () => {
    const signed = strokes.some((stroke) => stroke.length > 1);
    strokesField.value = signed ? JSON.stringify(strokes) : "";
    drawingField.value = signed ? canvas.toDataURL("image/png") : "";
    status.textContent = signed ? status.dataset.done : "";
  };
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [Math.round((event.clientX - box.left) / scale()), Math.round((event.clientY - box.top) / scale()), Math.round(event.timeStamp)];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    current = [point(event)];
    strokes.push(current);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current) return;
    const [x, y, at] = point(event);
    const [lastX, lastY] = current[current.length - 1];
    if (Math.hypot(x - lastX, y - lastY) < 3 || strokes.reduce((sum, one) => sum + one.length, 0) >= MOST) return;
    current.push([x, y, at]);
    paint();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      current = null;
      keep();
    });
  }
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = [];
    paint();
    keep();
  });
  try {
    const before = JSON.parse(strokesField.value || "[]");
    if (Array.isArray(before)) strokes = before;
  } catch {
    strokes = []; // what is no drawing is not drawn; the field is emptied with it
  }
  paint();
  keep();
}
