// Draws every [data-chart] from the JSON beside it (components/charts.py) in the colours of the look in force.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const colourOf = (name) => token(name === "quiet" ? "text-3" : name);
const MONTH = /^(\d{4})-(\d{2})$/;
const BAND_SHARE = 0.04;

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

// Paper has another width than the window, and the observer is told too late.
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("[data-chart]").forEach((holder) => window.echarts?.getInstanceByDom(holder)?.resize());
});

export async function draw(root, address) {
  await load(address);
  root.querySelectorAll("[data-chart]").forEach((holder) => {
    if (window.echarts.getInstanceByDom(holder)) return;
    const data = JSON.parse(document.getElementById(holder.dataset.chart).textContent);
    const chart = window.echarts.init(holder);
    chart.setOption(optionOf(data));
    new ResizeObserver(() => chart.resize()).observe(holder);
  });
}

function optionOf(data) {
  const points = data.series.every((series) => series.kind === "scatter");
  return {
    animation: false,
    textStyle: { fontFamily: token("font") },
    grid: { left: 8, right: 16, top: 30, bottom: data.zoom ? 44 : 8, containLabel: true },
    tooltip: tooltipOf(data, points),
    xAxis: points ? { type: "value", scale: true, ...axisLook() } : labelAxis(data),
    yAxis: valueAxis(data),
    series: inDrawingOrder(data.series).map((series, index) => seriesOf(series, data, index === 0)),
    dataZoom: data.zoom ? zoomOf() : [],
  };
}

// In a stack the first series stands on top, as it does in the key; ECharts piles upwards.
function inDrawingOrder(series) {
  const stacked = series.filter((one) => one.stack);
  return [...stacked.reverse(), ...series.filter((one) => !one.stack)];
}

function axisLook() {
  return {
    axisLine: { lineStyle: { color: token("line-2") } },
    axisTick: { show: false },
    axisLabel: { color: token("text-3"), fontSize: 11 },
    splitLine: { show: false },
  };
}

function labelAxis(data) {
  const months = data.labels.length > 0 && data.labels.every((label) => MONTH.test(label));
  const hasLine = data.series.some((series) => series.kind === "line");
  const hasBar = data.series.some((series) => series.kind === "bar");
  return {
    type: "category",
    data: data.labels,
    boundaryGap: hasBar || !hasLine,
    ...axisLook(),
    axisLabel: {
      color: token("text-3"),
      fontSize: 11,
      lineHeight: 14,
      hideOverlap: true,
      interval: data.labelEvery ? data.labelEvery - 1 : months && data.labels.length <= 13 ? 0 : "auto",
      formatter: months ? monthLabel : undefined,
    },
  };
}

// 02 over 2025 at the first month and at each January, else only the month.
function monthLabel(label, index) {
  const [, year, month] = MONTH.exec(label);
  return index === 0 || month === "01" ? `${month}\n${year}` : month;
}

function valueAxis(data) {
  return {
    type: "value",
    name: data.unit,
    scale: data.near,
    nameGap: 12,
    nameTextStyle: { color: token("text-3"), fontSize: 11, align: "left", padding: [0, 0, 0, -24] },
    ...axisLook(),
    axisLine: { show: false },
    splitLine: { lineStyle: { color: token("line") } },
    axisLabel: { color: token("text-3"), fontSize: 11, formatter: (value) => written(value / data.divisor, 4) },
  };
}

function written(value, decimals, fixed = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const text = value.toLocaleString("en", { maximumFractionDigits: decimals, minimumFractionDigits: fixed ? decimals : 0 });
  return text.replace("-", "−");
}

function seriesOf(series, data, first) {
  const colour = colourOf(series.colour);
  const drawn = {
    name: series.name,
    type: series.kind,
    data: series.values,
    itemStyle: { color: colour },
    emphasis: { disabled: true },
  };
  if (series.kind === "line") {
    Object.assign(drawn, {
      symbol: "none",
      step: series.step ? "end" : false,
      z: series.dashed ? 2 : 3,
      lineStyle: { color: colour, width: series.dashed ? 1 : 1.75, type: series.dashed ? [3, 3] : "solid" },
    });
  }
  if (series.kind === "bar") Object.assign(drawn, { stack: series.stack || undefined, barMaxWidth: 20, barCategoryGap: "38%" });
  if (series.kind === "scatter") drawn.symbolSize = 6;
  if (series.stack && series.kind === "line") drawn.stack = series.stack;
  if (series.markMax) drawn.markPoint = maximumOf(colour, data);
  if (first && data.bands.length) drawn.markArea = bandsOf(data);
  if (first && data.thresholds.length) drawn.markLine = thresholdsOf(data);
  return drawn;
}

function maximumOf(colour, data) {
  return {
    symbol: "circle",
    symbolSize: 6,
    itemStyle: { color: colour },
    label: { position: "top", distance: 4, color: token("text-2"), fontSize: 11, formatter: (point) => written(point.value, data.decimals) },
    data: [{ type: "max" }],
  };
}

function bandsOf(data) {
  const top = Math.max(0, ...data.series.flatMap((series) => series.values.filter((value) => value !== null)));
  return {
    silent: true,
    data: data.bands.map((band) => [
      { xAxis: band.start, yAxis: 0, itemStyle: { color: colourOf(band.colour) } },
      { xAxis: band.end, yAxis: top * BAND_SHARE },
    ]),
  };
}

function thresholdsOf(data) {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: token("warn"), width: 1, type: "solid" },
    label: { position: "insideEndTop", color: token("warn"), fontSize: 11, formatter: "{b}" },
    data: data.thresholds.map((limit) => ({ name: limit.name, yAxis: limit.value })),
  };
}

function zoomOf() {
  const look = { borderColor: token("line"), fillerColor: token("accent-soft"), handleStyle: { color: token("accent") } };
  return [
    { type: "inside", zoomOnMouseWheel: "ctrl" },
    { type: "slider", height: 18, bottom: 8, brushSelect: false, textStyle: { color: token("text-3"), fontSize: 11 }, ...look },
  ];
}

function tooltipOf(data, points) {
  return {
    trigger: points ? "item" : "axis",
    axisPointer: { lineStyle: { color: token("line-2") } },
    backgroundColor: token("surface"),
    borderColor: token("line-2"),
    borderRadius: 6,
    padding: [8, 12],
    confine: true,
    textStyle: { color: token("text"), fontSize: 12, fontFamily: token("font") },
    formatter: (items) => tooltipBody(Array.isArray(items) ? items : [items], data),
  };
}

// Built as nodes: names of customers and devices must never be read as markup.
function tooltipBody(items, data) {
  const body = document.createElement("div");
  body.className = "tip";
  const head = body.appendChild(document.createElement("div"));
  head.className = "cap";
  head.textContent = items[0].axisValueLabel ?? items[0].seriesName;
  const order = data.series.map((series) => series.name);
  items.sort((one, other) => order.indexOf(one.seriesName) - order.indexOf(other.seriesName));
  items.forEach((item) => {
    const row = body.appendChild(document.createElement("div"));
    row.className = "tip-row";
    const key = row.appendChild(document.createElement("i"));
    key.style.background = item.color;
    row.appendChild(document.createElement("span")).textContent = item.seriesName;
    const value = Array.isArray(item.value) ? item.value.map((part) => written(part, data.decimals)).join(", ") : written(item.value, data.decimals, true);
    const number = row.appendChild(document.createElement("b"));
    number.className = "num";
    number.textContent = `${value} ${data.valueUnit}`.trim();
  });
  return body;
}
