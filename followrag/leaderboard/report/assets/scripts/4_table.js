// The table of models: sorted by a column's button, filtered by name, models picked for the charts.

const figureCell = (figure, classes = "") => {
  if (!figure) return el("td", { class: classes }, "\u2013");
  const [value, error, text] = figure;
  const [middle, spread] = text.split("\u00b1");
  const cell = el("td", { class: classes }, middle, spread == null ? null : el("span", { class: "se" }, ` \u00b1 ${spread}`));
  if (classes === "headline") {
    const fill = el("i"), ends = el("b");
    fill.style.width = `${value}%`;
    const half = 1.96 * (error ?? 0);
    ends.style.left = `${Math.max(0, value - half)}%`;
    ends.style.right = `${Math.max(0, 100 - value - half)}%`;
    cell.append(el("span", { class: "strip", "aria-hidden": "true" }, fill, error == null ? null : ends));
  }
  return cell;
};

/** Values come with their texts: nothing is rounded here. */
const plainCell = (shown) => el("td", {}, shown == null ? "\u2013" : shown[1]);

const broken = (name) => name.split("_").flatMap((part, i) => (i ? ["_", el("wbr"), part] : [part]));

const columnsOf = (board) => {
  const columns = [
    { name: "rank", value: (p) => p.rank ?? Infinity, first: 1, cell: (p) => el("td", {}, String(p.rank ?? "\u2013")) },
    { name: "model", value: (p) => p.model.toLowerCase(), first: 1 },
    ...board.metrics.map((metric, i) => ({
      name: metric.label, title: metric.meaning, first: -1,
      value: (p) => p.figures[i]?.[0] ?? -Infinity,
      cell: (p) => figureCell(p.figures[i], i ? "" : "headline"),
    })),
    { name: "n", title: "prompts", value: (p) => p.prompts, first: -1, cell: (p) => plainCell(p.prompts ? [p.prompts, number.format(p.prompts)] : null) },
    { name: "length", title: "mean characters of the responses without their reasoning", first: -1,
      value: (p) => p.length?.[0] ?? -Infinity, cell: (p) => plainCell(p.length) },
    { name: "errors %", title: "rows that could not be scored", first: -1,
      value: (p) => p.errors?.[0] ?? -Infinity, cell: (p) => plainCell(p.errors) },
  ];
  if (board.places.some((p) => p.judge_errors != null)) {
    columns.push({ name: "judge errors %", title: "responses that the judge could not rate", first: -1,
      value: (p) => p.judge_errors?.[0] ?? -Infinity, cell: (p) => plainCell(p.judge_errors) });
  }
  return columns;
};

/** Which models the charts pick out, each with a slot that stands for its colour. */
const picks = (board) => {
  const slots = new Array(board.drawn).fill(null);
  board.places.slice(0, board.drawn).forEach((_, place) => { slots[place] = place; });
  return {
    slotOf: (place) => slots.indexOf(place),
    isFull: () => !slots.includes(null),
    toggle: (place) => {
      const slot = slots.indexOf(place);
      if (slot >= 0) slots[slot] = null;
      else slots[slots.indexOf(null)] = place;
    },
  };
};

const modelTable = (board, picked, onPick) => {
  const columns = columnsOf(board);
  const body = el("tbody");
  const status = el("p", { class: "count", role: "status" });
  const filter = el("input", { type: "search", placeholder: "part of a name", autocomplete: "off", spellcheck: "false" });
  let sorted = columns[0], direction = 1;

  const lines = board.places.map((place, at) => {
    const box = el("input", { type: "checkbox", "aria-label": `Pick out ${place.model} in the charts` });
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    box.addEventListener("change", () => { picked.toggle(at); paint(); onPick(); });
    const label = el("label", { class: "pick" }, box, swatch, el("span", { dir: "auto" }, place.model || "(no name)"));
    const row = el("tr", {}, columns.map((c) => (c.cell ? c.cell(place) : el("th", { scope: "row", class: "model" }, label))));
    return { place, row, box, swatch, at };
  });
  const paint = () => {
    for (const { box, swatch, at } of lines) {
      const slot = picked.slotOf(at);
      box.checked = slot >= 0;
      box.disabled = slot < 0 && picked.isFull();
      box.title = box.disabled ? "The charts pick out six models at most; clear another one first." : "";
      swatch.style.background = slot >= 0 ? theme().series[slot] : "transparent";
    }
  };
  const arrange = () => {
    const wanted = filter.value.trim().toLowerCase();
    const shown = lines.filter(({ place }) => has(place.model, wanted));
    const order = (a, b) => (a < b ? -direction : a > b ? direction : 0);
    shown.sort((a, b) => order(sorted.value(a.place), sorted.value(b.place)) || a.at - b.at);
    body.replaceChildren(...shown.map(({ row }) => row));
    if (!shown.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "left" }, "No model has that in its name.")));
    status.textContent = wanted ? `${shown.length} of ${count(lines.length, "model")}` : count(lines.length, "model");
  };
  const heads = columns.map((column) => {
    const arrow = el("span", { class: "arrow", "aria-hidden": "true" });
    const button = el("button", { type: "button", title: column.title }, column.name, arrow);
    const head = el("th", { scope: "col", class: column.name === "model" ? "model" : "" }, button);
    button.addEventListener("click", () => {
      direction = sorted === column ? -direction : column.first;
      sorted = column;
      mark();
      arrange();
    });
    return { column, head, arrow };
  });
  const mark = () => {
    for (const { column, head, arrow } of heads) {
      const is_on = column === sorted;
      head.setAttribute("aria-sort", !is_on ? "none" : direction > 0 ? "ascending" : "descending");
      arrow.textContent = !is_on ? "" : direction > 0 ? "\u25b2" : "\u25bc";
    }
  };
  filter.addEventListener("input", arrange);
  listeners.push(paint);
  mark(); paint(); arrange();
  const caption = el("caption", {}, `Models on ${board.title}`);
  const table = el("table", { class: "models" }, caption, el("thead", {}, el("tr", {}, heads.map((h) => h.head))), body);
  const meanings = el("details", {}, el("summary", {}, "What the columns mean"),
    el("dl", {}, board.metrics.flatMap((m) => [el("dt", {}, m.label === m.name ? m.name : `${m.label} (${m.name})`), el("dd", {}, m.meaning)]),
      columns.filter((c) => c.title && !board.metrics.some((m) => m.label === c.name)).flatMap((c) => [el("dt", {}, c.name), el("dd", {}, c.title)])));
  return el("div", { class: "card" }, el("h3", {}, "Models"),
    el("div", { class: "controls" }, field("Filter models", filter), status),
    scrolling(`Models on ${board.title}`, table),
    el("p", { class: "caption" }, `Ranked by ${board.definition} ${board.ranking} Percent \u00b1 standard error, clustered by prompt; bars mark 95% intervals.`),
    meanings,
    board.notes.length ? el("ul", { class: "notes" }, board.notes.map((note) => el("li", {}, note))) : null);
};

const plainTable = (name, columns, rows, text = 1) =>
  scrolling(name, el("table", {}, el("caption", {}, name),
    el("thead", {}, el("tr", {}, columns.map((c, i) => el("th", { scope: "col", class: i < text ? "left" : "" }, broken(c))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) =>
      i ? el("td", { class: i < text ? "left" : "" }, cell) : el("th", { scope: "row", class: "left" }, cell)))))));
