// Charts: drawn when they come near, in the theme's colours, each with the table that says the same.

const CONFIG = {
  responsive: true, displaylogo: false, displayModeBar: false,
};

const withTheme = (value, colours, key = "") => {
  if (Array.isArray(value)) return value.map((inner) => withTheme(inner, colours, key));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, withTheme(inner, colours, k)]));
  }
  if (!key.includes("color") || !Object.hasOwn(colours, value)) return value;
  const found = colours[value];
  return Array.isArray(found) ? found.map((colour, i) => [i / (found.length - 1), colour]) : found;
};

const dressed = (value, worn, key = "") => {
  if (value && typeof value === "object" && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, dressed(inner, worn, k)]));
  }
  return value === "series" && key in worn ? worn[key] : value;
};

const figureOf = (chart, variant, picked, colours) => {
  const data = chart.variants[variant].data.flatMap((trace) => {
    const slot = trace.meta?.model == null ? 0 : picked.slotOf(trace.meta.model);
    if (slot < 0) return trace.meta.unpicked ? [{ ...trace, ...trace.meta.unpicked }] : [];
    const color = colours.series[slot];
    return [dressed(trace, { color, fillcolor: `${color}1c`, dash: contents.dashes[slot], symbol: contents.symbols[slot] })];
  });
  return { data: withTheme(data, colours), layout: withTheme(chart.layout, colours) };
};

const near = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) entry.target.drawNow();
}, { rootMargin: "600px" });

const charts = [];
let isPrinting = false;

/** Draws one chart after another, so that the page answers in between. */
let turn = Promise.resolve();
const inTurn = (job) => (turn = turn.then(() => new Promise((done) => setTimeout(done))).then(job));

const chartCard = (board, chart, picked) => {
  let variant = 0, isDrawn = false;
  const plot = el("div", { class: "plot waiting", role: "img" }, "Drawing\u2026");
  plot.style.height = `${chart.layout.height}px`;
  plot.style.minWidth = `${chart.width}px`;
  const says = el("p", { class: "says", "aria-live": "polite" });
  const data = el("details", {}, el("summary", {}, "Data as a table"));

  const tell = () => {
    plot.setAttribute("aria-label", visible(chart.variants[variant].says));
    replace(says, chart.variants[variant].says);
    while (data.children.length > 1) data.lastChild.remove();
    if (data.open) fill();
  };
  const fill = () => {
    if (data.children.length > 1) return;
    data.append(plainTable(`${chart.title}, data`, chart.columns, chart.variants[variant].rows));
  };
  const draw = async () => {
    try {
      const Plotly = await plotly();
      const { data: traces, layout } = figureOf(chart, variant, picked, isPrinting ? contents.themes.light : theme());
      if (!isDrawn) plot.replaceChildren();
      plot.classList.remove("waiting");
      isDrawn = true;
      await Plotly.react(plot, traces, layout, CONFIG);
    } catch (error) {
      replace(plot, `The chart can't be drawn here (${error.message}); its data are below.`);
      data.open = true;
    }
  };
  plot.drawNow = () => { near.unobserve(plot); return isDrawn ? null : inTurn(draw); };
  near.observe(plot);
  const redraw = () => (isDrawn ? inTurn(draw) : null);
  charts.push({ draw });
  listeners.push(redraw);
  data.addEventListener("toggle", () => { if (data.open) fill(); });

  const save = (format) => el("button", { type: "button", onclick: async () => {
    const Plotly = await plotly();
    const { data: traces, layout } = figureOf(chart, variant, picked, contents.themes.light);
    const width = Math.max(900, chart.width);
    Plotly.downloadImage({ data: traces, layout }, { format, width, height: chart.layout.height, scale: format === "png" ? 2 : 1,
      filename: `${board.title} ${chart.name}`.replace(/[^\w-]+/g, "-") });
  } }, `Save ${format.toUpperCase()}`);
  const choice = chart.choice && el("select", { onchange: (event) => {
    variant = Number(event.target.value); tell(); redraw();
  } }, options(chart.variants.map((v, i) => [i, v.name])));
  tell();
  const card = el("section", { class: "card", "aria-label": chart.title },
    el("h3", {}, chart.title), el("p", { class: "caption" }, chart.caption),
    choice ? el("div", { class: "controls" }, field(chart.choice, choice)) : null,
    scrolling(`${chart.title}, chart`, plot), says,
    el("div", { class: "tools" }, save("svg"), save("png")), data);
  return { name: chart.name, card, redraw };
};

const printing = (isOn) => {
  isPrinting = isOn;
  charts.forEach(({ draw }) => draw());
};
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));
