// <chart-frame> draws the ECharts option in its <script type="application/json">. Python builds the option and every sentence in it;
// here colours are taken from the page's tokens ("var(--gain)") and the few functions an option needs are put in by name.

const tokens = (element) => {
  const probe = element.appendChild(document.createElement("i"));
  const seen = new Map();
  const color = (text) => {
    if (!seen.has(text)) {
      probe.style.color = text;
      seen.set(text, getComputedStyle(probe).color);
    }
    return seen.get(text);
  };
  color.done = () => probe.remove();
  return color;
};

const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1, useGrouping: "always" });
const plain = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });

// Months and days on a time axis, in the language of the page.
const inWords = (options, count, date) => Array.from({ length: count }, (_, index) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", ...options }).format(date(index)));
const months = (month) => inWords({ month }, 12, (index) => Date.UTC(2026, index, 1));
const weekdays = (weekday) => inWords({ weekday }, 7, (index) => Date.UTC(2026, 10, 1 + index)); // a Sunday first
const speak = () => window.echarts.registerLocale("PAGE", {
  time: { month: months("long"), monthAbbr: months("short"), dayOfWeek: weekdays("long"), dayOfWeekAbbr: weekdays("short") },
});
const minus = (text) => text.replace("-", "\u2212");

// What is shown beside the pointer: lines that the server wrote, the first one strong.
const tip = (lines) => {
  const box = document.createElement("div");
  box.className = "chart-tip num";
  lines.forEach((line, index) => {
    const row = document.createElement(index ? "span" : "b");
    row.textContent = line;
    box.append(row);
  });
  return box;
};

const functions = (tips) => ({
  "fn:money": (value) => minus(compact.format(value)),
  "fn:percent": (value) => `${minus(compact.format(value))}\u202f%`,
  "fn:price": (value) => minus(plain.format(value)),
  "fn:tips": (points) => {
    const point = [points].flat().find((one) => tips[one.seriesIndex]?.[one.dataIndex]);
    return point ? tip(tips[point.seriesIndex][point.dataIndex]) : "";
  },
});

const resolve = (value, color, named) => {
  if (typeof value === "string") return named[value] ?? (value.includes("var(--") ? color(value) : value);
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map((one) => resolve(one, color, named));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, color, named)]));
  }
  return value;
};

class ChartFrame extends HTMLElement {
  connectedCallback() {
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.scheme.addEventListener("change", this.redraw);
    this.observer = new ResizeObserver(() => this.chart?.resize());
    this.observer.observe(this);
    this.draw();
  }

  disconnectedCallback() {
    this.scheme.removeEventListener("change", this.redraw);
    this.observer.disconnect();
    this.chart?.dispose();
  }

  draw() {
    const source = this.querySelector("script");
    if (!source || !window.echarts) return;
    const { option, tips = [], links = [], brush = "" } = JSON.parse(source.textContent);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.chart?.dispose();
    this.canvas ??= this.appendChild(Object.assign(document.createElement("div"), { className: "chart-canvas" }));
    speak();
    this.chart = window.echarts.init(this.canvas, null, { renderer: "canvas", locale: "PAGE" });
    const color = tokens(this);
    this.chart.setOption({ animation: !still, animationDuration: 160, ...resolve(option, color, functions(tips)) });
    color.done();
    this.chart.on("click", (point) => {
      const target = (links[point.seriesIndex] ?? links[0])?.[point.dataIndex];
      if (target && !this.brushed) location.assign(target);
    });
    if (brush) this.brush(brush);
    this.setAttribute("data-drawn", "");
  }

  // A stretch drawn across the time axis with a mouse or pen becomes the period of the page; a finger scrolls.
  brush(address) {
    const day = (x) => new Date(this.chart.convertFromPixel({ xAxisIndex: 0 }, x)).toISOString().slice(0, 10);
    const area = this.canvas.appendChild(Object.assign(document.createElement("div"), { className: "chart-brush", hidden: true }));
    const place = (event) => event.clientX - this.canvas.getBoundingClientRect().left;
    let from = null;
    this.canvas.onpointerdown = (event) => {
      this.brushed = false;
      if (event.pointerType !== "touch" && event.button === 0 && this.chart.containPixel("grid", [place(event), event.offsetY])) from = place(event);
    };
    this.canvas.onpointermove = (event) => {
      if (from === null || Math.abs(place(event) - from) < 6) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.brushed = true;
      area.hidden = false;
      area.style.left = `${Math.min(from, place(event))}px`;
      area.style.width = `${Math.abs(place(event) - from)}px`;
    };
    this.canvas.onpointerup = (event) => {
      const ends = [from, place(event)].sort((one, other) => one - other);
      from = null;
      if (this.brushed) location.assign(`${address}${address.includes("?") ? "&" : "?"}from=${day(ends[0])}&to=${day(ends[1])}`);
    };
    this.canvas.onpointercancel = () => {
      from = null;
      area.hidden = true;
    };
  }
}

customElements.define("chart-frame", ChartFrame);
