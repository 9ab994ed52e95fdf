// The drill-down: choose a run and what to see of it, search, and page through.

const PAGE = 20;

const drillDown = () => {
  const sets = contents.boards.map((board, number) => board.rows && { board, number, index: board.rows, starts: markStarts(board.rows) });
  const runs = sets.filter(Boolean).flatMap((set) => set.index.runs.map((run) => ({ ...set, run })));
  if (!runs.length) return null;
  const state = { at: 0, show: "loose", constraint: "", dataset: "", text: "", page: 0 };
  let found = [], asked = 0, timer;

  const runChoice = el("select", {}, sets.filter(Boolean).map((set) =>
    el("optgroup", { label: set.board.title }, options(runs.flatMap((r, i) => (r.number === set.number ? [[i, r.run.model || "(no name)"]] : []))))));
  const showChoice = el("select");
  const constraintChoice = el("select");
  const datasetChoice = el("select");
  const search = el("input", { type: "search", placeholder: "in prompts, responses and reasons", autocomplete: "off", spellcheck: "false" });
  const status = el("p", { class: "count", role: "status" });
  const list = el("ul", { class: "rows" });
  const back = el("button", { type: "button" }, "Previous");
  const next = el("button", { type: "button" }, "Next");
  const where = el("span");
  const pager = el("div", { class: "pager" }, back, next, where);

  const current = () => runs[state.at];
  const linkTo = (item) => `#rows/${state.at}/${encodeURIComponent(safe(current().index.keys[item]))}`;
  const offer = () => {
    const { index } = current();
    const offers = (set, value) => set.some(([known]) => known === value);
    const families = [...new Set(index.families)];
    replace(showChoice, options(SHOWN.map(([value, text]) => [value, value === "all" && index.kept !== "all" ? "all on this page" : text])));
    replace(constraintChoice, options([["", "any"]]), families.map((family) => el("optgroup", { label: family },
      options([[`family:${family}`, `all of ${family}`], ...index.ids.filter((_, i) => index.families[i] === family).map((id) => [id, id])]))));
    replace(datasetChoice, options([["", "any"], ...index.datasets.map((name) => [name, name])]));
    if (!offers([["", ""], ...index.ids.map((id) => [id]), ...families.map((f) => [`family:${f}`])], state.constraint)) state.constraint = "";
    if (!index.datasets.includes(state.dataset)) state.dataset = "";
    runChoice.value = state.at;
    showChoice.value = state.show;
    constraintChoice.value = state.constraint;
    datasetChoice.value = state.dataset;
    search.value = state.text;
  };

  const select = async () => {
    const mine = ++asked;
    const { index, starts, run, number: board } = current();
    const wanted = [...index.keys.keys()].filter((item) => matches(index, starts, run, item, state));
    const needle = state.text.trim().toLowerCase();
    if (!needle) return wanted;
    const kept = [];
    const parts = Map.groupBy ? Map.groupBy(wanted, (item) => Math.floor(item / index.shard)) : grouped(wanted, index.shard);
    let done = 0;
    for (const [part, items] of parts) {
      const rows = await shard(board, part);
      if (mine !== asked) return null;
      kept.push(...items.filter((item) => rows[item] && holds(rows[item], run, needle)));
      done += 1;
      if (found !== kept && kept.length >= PAGE) {
        found = kept;
        state.page = 0;
        await show();
      }
      status.textContent = `Searching\u2026 ${done} of ${parts.size}`;
    }
    return kept;
  };

  const show = async () => {
    const mine = asked;
    const { index, starts, run, number: board } = current();
    const first = state.page * PAGE;
    const items = found.slice(first, first + PAGE);
    const rows = await Promise.all(items.map((item) => shard(board, Math.floor(item / index.shard))));
    if (mine !== asked) return;
    const needle = state.text.trim().toLowerCase();
    list.replaceChildren(...items.flatMap((item, i) =>
      rows[i][item]?.answers[run.place] ? [rowCard(index, run, item, rows[i][item], starts[item], needle, linkTo(item))] : []));
    if (!items.length) list.append(el("li", {}, "No row matches."));
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    back.disabled = state.page === 0;
    next.disabled = state.page >= pages - 1;
    where.textContent = `Page ${state.page + 1} of ${pages}`;
    pager.hidden = pages === 1;
    status.textContent = found.length ? found.length === 1 ? "1 row"
      : `Rows ${number.format(first + 1)} to ${number.format(first + items.length)} of ${number.format(found.length)}` : "No row matches";
  };

  const refresh = async () => {
    const selected = await select();
    if (!selected) return;
    found = selected;
    state.page = 0;
    await show();
  };
  const turn = async (by) => {
    state.page += by;
    await show();
    section.scrollIntoView();
  };
  const goTo = async (at, key) => {
    const item = runs[at]?.index.keys.findIndex((known) => safe(known) === key) ?? -1;
    if (item < 0 || runs[at].run.kept[item] !== "1") {
      section.scrollIntoView();
      status.textContent = "The row that the link names is not on this page.";
      return;
    }
    Object.assign(state, { at, show: "all", constraint: "", dataset: "", text: "" });
    offer();
    found = await select();
    state.page = Math.floor(found.indexOf(item) / PAGE);
    await show();
    const card = list.children[found.indexOf(item) % PAGE];
    card.classList.add("named");
    card.focus({ preventScroll: true });
    card.scrollIntoView();
  };
  const follow = () => {
    const [, at, key] = location.hash.match(/^#rows\/(\d+)\/(.*)$/) ?? [];
    if (at !== undefined) return goTo(Number(at), decoded(key));
    return null;
  };

  const set = (name, control) => control.addEventListener("change", () => {
    state[name] = name === "at" ? Number(control.value) : control.value;
    if (name === "at") offer();
    refresh();
  });
  set("at", runChoice); set("show", showChoice); set("constraint", constraintChoice); set("dataset", datasetChoice);
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { state.text = search.value; refresh(); }, 200);
  });
  back.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  addEventListener("hashchange", follow);

  const section = el("section", { class: "block", id: "rows", "aria-labelledby": "rows-title" },
    el("h2", { id: "rows-title" }, "Rows"),
    el("p", { class: "lead" }, "What was asked, what was answered, and why each verdict fell as it did."),
    el("div", { class: "card" },
      el("div", { class: "controls" }, field("Run", runChoice), field("Rows", showChoice), field("Constraint", constraintChoice),
        field("Dataset", datasetChoice), field("Search", search, "wide")),
      status, list, pager));
  offer();
  return { section, start: () => follow() ?? refresh() };
};

/** Lone surrogates can't stand in a link. */
const safe = (key) => key.toWellFormed?.() ?? key.replace(/\p{Cs}/gu, "\ufffd");
const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
const grouped = (items, size) => {
  const groups = new Map();
  for (const item of items) {
    const part = Math.floor(item / size);
    groups.set(part, [...(groups.get(part) ?? []), item]);
  }
  return groups;
};
