// Behaviour of every page: dialogs, the one search box, keys, messages, charts on demand.
// No build, no inline code; words come from the page (data-text-…), so that they are translated there.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- dialogs: data-open="#id" opens, data-close closes, so does a press beside the box ---------------------

function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  $("[autofocus]", dialog)?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    if (opener.dataset.open === "#palette") return openPalette();
    openDialog($(opener.dataset.open));
  } else if (event.target.closest("[data-close]")) {
    event.target.closest("dialog")?.close();
  } else if (event.target instanceof HTMLDialogElement) {
    event.target.close();
  }
});

// A second press of a submit button must not send a form twice.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.matches("[data-once]")) setTimeout(() => { button.disabled = true; });
});
window.addEventListener("pageshow", () => $$("[data-once]").forEach((button) => { button.disabled = false; }));

// --- the search box ---------------------------------------------------------------------------------------

const palette = $("#palette");
const paletteInput = palette && $("input", palette);

function openPalette() {
  openDialog(palette);
  paletteInput.select();
  // An empty box offers what was open last and what can be begun.
  if (!paletteInput.value) window.htmx?.trigger(paletteInput, "fill");
}

function selectHit(hits, index) {
  const chosen = hits[(index + hits.length) % hits.length];
  hits.forEach((hit) => hit.setAttribute("aria-selected", String(hit === chosen)));
  if (!chosen) return paletteInput.removeAttribute("aria-activedescendant");
  paletteInput.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

palette?.addEventListener("htmx:afterSwap", () => selectHit($$(".hit", palette), 0));
palette?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const hits = $$(".hit", palette);
  const current = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (hits.length) selectHit(hits, current + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "Escape") {
    // A search field would only empty itself at the first press.
    event.preventDefault();
    palette.close();
  } else if (event.key === "Enter" && hits[current]) {
    event.preventDefault();
    hits[current].click();
  }
});

// --- rows: J and K move, Enter opens, X selects -------------------------------------------------------------

function rowsOfPage() {
  return $$("[data-rows] tbody tr").filter((row) => row.offsetParent !== null && $("a[href]", row));
}

function moveRow(step) {
  const rows = rowsOfPage();
  if (!rows.length) return;
  const current = rows.findIndex((row) => row.classList.contains("sel"));
  const next = rows[Math.min(Math.max(current + step, 0), rows.length - 1)];
  rows.forEach((row) => row.classList.toggle("sel", row === next));
  rowLink(next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

const selectedRow = () => $("[data-rows] tbody tr.sel");
const rowLink = (row) => $("[data-open-row]", row) ?? $("a[href]", row);

const KEYS = {
  j: () => moveRow(1),
  k: () => moveRow(-1),
  x: () => $("input[type=checkbox]", selectedRow() ?? document.createElement("tr"))?.click(),
  "/": () => $("[data-filter]")?.focus(),
  "?": () => openDialog($("#keys")),
  Enter: () => selectedRow() && rowLink(selectedRow()).click(),
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.closest("a, button, summary, [role=button]")) return;
  const own = $(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  const act = own ? () => own.click() : KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});

// --- messages -----------------------------------------------------------------------------------------------

const toasts = $("#toasts");
const SHOWN_MS = 6000;

// Errors stay until they are closed; what went well leaves by itself, but not while somebody reads it.
function armToast(line) {
  if (line.dataset.armed) return;
  line.dataset.armed = "1";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "link toast-close";
  close.textContent = "×";
  close.setAttribute("aria-label", toasts.dataset.textClose);
  close.addEventListener("click", () => line.remove());
  line.append(close);
  if (line.matches(".error, .warning")) return;
  const timer = () => setTimeout(() => line.remove(), SHOWN_MS);
  let running = timer();
  line.addEventListener("pointerenter", () => clearTimeout(running));
  line.addEventListener("pointerleave", () => { running = timer(); });
}

function toast(text, level = "success") {
  const line = document.createElement("div");
  line.className = `toast-line ${level}`;
  line.setAttribute("role", level === "error" ? "alert" : "status");
  line.textContent = text;
  toasts.append(line);
  armToast(line);
}

$$(".toast-line").forEach(armToast);
// The server says HX-Trigger: {"toast": {"text": "…", "level": "success"}}.
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.level));
document.addEventListener("htmx:responseError", () => toast(toasts.dataset.textFault, "error"));
document.addEventListener("htmx:sendError", () => toast(toasts.dataset.textOffline, "error"));

// --- folding rows: data-fold="#id" opens the row below, data-unfold="#table" opens all of them --------------------

function setFold(button, open) {
  button.setAttribute("aria-expanded", open);
  $(button.dataset.fold).hidden = !open;
}

document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]");
  const all = event.target.closest("[data-unfold]");
  if (fold) setFold(fold, fold.getAttribute("aria-expanded") !== "true");
  if (all) {
    const folds = $$("[data-fold]", $(all.dataset.unfold));
    const open = folds.some((button) => button.getAttribute("aria-expanded") !== "true");
    folds.forEach((button) => setFold(button, open));
  }
  if (event.target.closest("[data-print]")) window.print();
});

// A table that is wider than its window is scrolled by the arrow keys too, once it can hold the focus.
function letScroll() {
  $$(".scroll").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}
letScroll();
window.addEventListener("resize", letScroll);
document.addEventListener("htmx:afterSettle", letScroll);
document.addEventListener("toggle", letScroll, true);

// A board that was at work has finished: the actions in the head of the page belong to the new state.
document.addEventListener("htmx:afterSettle", () => { if ($("[data-finished]")) window.location.reload(); });

// A box below a chip closes when somebody presses beside it or leaves it with Escape; it opens onto its first field.
document.addEventListener("click", (event) => {
  $$("details.drop[open]").forEach((drop) => { if (!drop.contains(event.target)) drop.open = false; });
});
document.addEventListener("keydown", (event) => {
  const drop = event.key === "Escape" && event.target.closest("details.drop[open]");
  if (drop) { drop.open = false; $("summary", drop).focus(); }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.drop[open]")) $(".drop-box input:not([type=hidden]), .drop-box a[aria-current]", event.target)?.focus();
}, true);

// A form whose answer is a download leaves the page as it is: its box closes by itself.
document.addEventListener("submit", (event) => { if (event.target.matches("[data-closes]")) event.target.closest("dialog")?.close(); });

// A choice that filters a list sends its form at once: data-submit.
document.addEventListener("change", (event) => event.target.closest("[data-submit]")?.form.requestSubmit());

// --- bulk selection: x-data="rowPicker" around a list, see docs/howto/add-a-page.md ---------------------------

document.addEventListener("alpine:init", () => {
  window.Alpine.data("rowPicker", () => ({
    count: 0,
    boxes() {
      return $$("tbody input[type=checkbox]", this.$root);
    },
    recount() {
      this.count = this.boxes().filter((box) => box.checked).length;
    },
    all(event) {
      this.boxes().forEach((box) => { box.checked = event.target.checked; });
      this.recount();
    },
  }));
});

// --- charts: loaded after the page, and only where there is one ------------------------------------------------

async function drawCharts(root = document) {
  if (!$("[data-chart]", root)) return;
  const { charts, echarts } = $("meta[name=dianke-scripts]").dataset;
  const { draw } = await import(charts);
  await draw(root, echarts);
}

drawCharts();
document.addEventListener("htmx:load", (event) => drawCharts(event.detail.elt.parentElement ?? document));
