// Puts the sections together.

const boardSection = (board, number) => {
  const picked = picks(board);
  const cards = [];
  const table = modelTable(board, picked, () => cards.forEach(({ redraw }) => redraw()));
  cards.push(...board.charts.map((chart) => chartCard(board, chart, picked)));
  const byName = (...names) => cards.filter(({ name }) => names.includes(name)).map(({ card }) => card);
  const side = byName("counts", "tradeoff");
  const levels = cards.filter(({ name }) => name.startsWith("levels-")).map(({ card }) => card);
  return el("section", { class: "block", id: `board-${number}`, "aria-labelledby": `board-${number}-title` },
    el("h2", { id: `board-${number}-title` }, board.title), el("p", {}, board.says), table, board.modes.map(modeCard),
    side.length > 1 ? el("div", { class: "pair" }, side) : side,
    levels.length > 1 ? el("div", { class: "pair" }, levels) : levels, byName("sensitivity"),
    byName("constraints", "differences", "gaps"));
};

const modeCard = ({ title, columns, rows, keys, caption }) =>
  el("div", { class: "card modes" }, el("h3", {}, title), plainTable(title, columns, rows, keys), el("p", { class: "caption" }, caption));

const reportedSection = ({ title, tables }) =>
  el("section", { class: "block", id: "reported", "aria-labelledby": "reported-title" },
    el("h2", { id: "reported-title" }, title),
    tables.map((table) => {
      const hasVersions = table.rows.some((row) => row.version);
      const names = ["model", ...(hasVersions ? ["version"] : []), ...table.columns];
      const rows = table.rows.map((row) => [row.model, ...(hasVersions ? [row.version] : []),
        ...row.values.map((value) => (value == null ? "\u2013" : value))]);
      return el("div", { class: "card" }, el("h3", {}, `${table.title} (reported)`),
        el("p", { class: "caption" }, `Source: ${table.source}.`), plainTable(table.title, names, rows, hasVersions ? 2 : 1),
        table.note ? el("p", { class: "caption" }, table.note) : null);
    }));

const problemSection = (problems) =>
  el("section", { class: "card problems", id: "problems", "aria-labelledby": "problems-title" },
    el("h2", { id: "problems-title" }, problems.length === 1 ? "1 problem" : `${problems.length} problems`),
    el("p", { class: "small" }, "These files or runs are not shown, or not in full."),
    el("ul", {}, problems.map(({ where, message }) => el("li", {}, el("code", {}, where), ": ", message))));

const start = () => {
  startTheme();
  const sections = document.getElementById("sections");
  const nav = document.getElementById("nav");
  const add = (title, id, section) => {
    sections.append(section);
    nav.append(el("a", { href: `#${id}` }, title));
  };
  put(sections, el("p", { class: "lead" }, contents.says));
  if (contents.problems.length) add("Problems", "problems", problemSection(contents.problems));
  contents.boards.forEach((board, number) => add(board.title, `board-${number}`, boardSection(board, number)));
  const rows = drillDown();
  if (rows) add("Rows", "rows", rows.section);
  else if (contents.boards.length) {
    put(sections, el("p", { class: "small" }, "Single rows are not on this page; ", el("code", {}, "followrag report --rows failing"), " puts them in."));
  }
  if (contents.reported.tables.length) add("Reported", "reported", reportedSection(contents.reported));
  rows?.start();
};

start();
