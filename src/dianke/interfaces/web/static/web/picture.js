// Pictures that are looked at closer: [data-picture] holds an SVG with one group [data-moves]; its panel holds [data-zoom].

const LEAST = 1, MOST = 12, STEP = 1.4, WALK = 40;

function begin(picture) {
  const svg = picture.querySelector("svg"), moved = picture.querySelector("[data-moves]");
  const { width, height } = svg.viewBox.baseVal;
  const scale = picture.querySelector("[data-scale]");
  let zoom = 1, x = 0, y = 0;
  const fingers = new Map();
  let apart = 0, wasDragged = false;

  const draw = () => {
    // The picture never leaves its frame.
    x = Math.min(0, Math.max(x, width * (1 - zoom)));
    y = Math.min(0, Math.max(y, height * (1 - zoom)));
    moved.setAttribute("transform", `translate(${x} ${y}) scale(${zoom})`);
    // What marks a place keeps its size.
    moved.style.setProperty("--still", 1 / zoom);
    // The scale holds for the whole picture only.
    scale?.toggleAttribute("hidden", zoom !== 1);
  };
  const look = (factor, px = width / 2, py = height / 2) => {
    const next = Math.min(MOST, Math.max(LEAST, zoom * factor));
    x = px - (px - x) * next / zoom;
    y = py - (py - y) * next / zoom;
    zoom = next;
    draw();
  };
  const all = () => { zoom = 1; x = 0; y = 0; draw(); };
  const place = (event) => {
    const box = svg.getBoundingClientRect(), unit = Math.min(box.width / width, box.height / height);
    return [(event.clientX - box.left) / unit, (event.clientY - box.top) / unit, unit];
  };

  picture.closest(".panel")?.querySelectorAll("[data-zoom]").forEach((button) => button.addEventListener("click", () => {
    ({ in: () => look(STEP), out: () => look(1 / STEP), all })[button.dataset.zoom]();
  }));
  // A wheel alone scrolls the page.
  picture.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const [px, py] = place(event);
    look(event.deltaY < 0 ? STEP : 1 / STEP, px, py);
  }, { passive: false });
  picture.addEventListener("keydown", (event) => {
    const walks = { ArrowLeft: [WALK, 0], ArrowRight: [-WALK, 0], ArrowUp: [0, WALK], ArrowDown: [0, -WALK] };
    const looks = { "+": () => look(STEP), "=": () => look(STEP), "-": () => look(1 / STEP), 0: all };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (walks[event.key] && zoom > 1) { x += walks[event.key][0]; y += walks[event.key][1]; draw(); }
    else if (looks[event.key]) looks[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  picture.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, event); apart = 0; wasDragged = false; });
  picture.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const unit = place(event)[2];
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      const [one, two] = [...fingers.values()];
      const now = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
      const [ax, ay] = place(one), [bx, by] = place(two);
      if (apart) look(now / apart, (ax + bx) / 2, (ay + by) / 2);
      apart = now;
      wasDragged = true;
    } else if (zoom > 1) {
      x += (event.clientX - before.clientX) / unit;
      y += (event.clientY - before.clientY) / unit;
      wasDragged ||= Math.hypot(event.movementX, event.movementY) > 2;
      draw();
    }
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    picture.addEventListener(end, (event) => { fingers.delete(event.pointerId); apart = 0; });
  }
  // Who drags does not mean to open what lies under the finger.
  picture.addEventListener("click", (event) => { if (wasDragged) event.preventDefault(); wasDragged = false; }, true);
  picture.addEventListener("dragstart", (event) => event.preventDefault());
}

document.querySelectorAll("[data-picture]").forEach(begin);
