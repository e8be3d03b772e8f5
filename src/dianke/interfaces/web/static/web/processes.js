// Draws every [data-process] from the BPMN file beside it (components/drawings.py); done and lit nodes are marked.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

let loading;

function load(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

// Colours are named, not read: a change of the look changes the drawing.
function looks() {
  const font = { fontFamily: token("font"), fontSize: 12 };
  return {
    bpmnRenderer: {
      defaultFillColor: "var(--surface)", defaultStrokeColor: "var(--text-2)", defaultLabelColor: "var(--text)",
    },
    textRenderer: { defaultStyle: font, externalStyle: { ...font, fontSize: 11 } },
  };
}

async function draw(holder) {
  const data = JSON.parse(document.getElementById(holder.dataset.process).textContent);
  await load(holder.dataset.viewer);
  const viewer = new window.BpmnJS({ container: holder, ...looks() });
  const { warnings } = await viewer.importXML(data.xml);
  warnings.forEach((warning) => console.error(warning));
  const canvas = viewer.get("canvas");
  for (const [marker, ids] of Object.entries({ step: data.steps, done: data.done, now: data.now })) {
    ids.forEach((id) => canvas.addMarker(id, marker));
  }
  // The drawing keeps its own measure and the picture shrinks as a whole, on a narrow window as on paper.
  const { x, y, width, height } = canvas.viewbox().inner;
  const edge = 6, svg = canvas.getContainer().querySelector("svg");
  canvas.viewbox({ x: 0, y: 0, width: holder.clientWidth, height: holder.clientHeight });
  svg.setAttribute("viewBox", `0 0 ${Math.ceil(x + width + edge)} ${Math.ceil(y + height + edge)}`);
  svg.setAttribute("preserveAspectRatio", "xMinYMin meet");
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const part = document.getElementById(data.calls[element.id] ?? "");
    part?.closest(".panel").scrollIntoView({ block: "start" });
  });
  holder.dataset.drawn = "yes";
}

// A phone shows the list of steps instead and fetches nothing; turned aside or printed, the drawing comes.
const waiting = new ResizeObserver((entries) => entries.forEach(({ target, contentRect }) => {
  if (!contentRect.width) return;
  waiting.unobserve(target);
  draw(target);
}));
document.querySelectorAll("[data-process]").forEach((holder) => waiting.observe(holder));
