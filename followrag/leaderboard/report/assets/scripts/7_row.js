// One row: what was asked, what was answered, and how each constraint was decided.

const verdict = (mark) => {
  if (Number.isNaN(mark)) return ["part", "\u2013 not known"];
  if (mark & UNCHECKED) return ["no", "! not checked"];
  if (mark & STRICT) return ["yes", "\u2713 followed"];
  return mark & LOOSE ? ["part", "\u2248 loose only"] : ["no", "\u2717 not followed"];
};

const block = (text, needle, none) =>
  text ? scrollingText(marked(el("div", { class: "text", dir: "auto" }), text, needle)) : el("div", { class: "text none" }, none);

const scrollingText = (node) => {
  new ResizeObserver(() => {
    if (node.scrollHeight > node.clientHeight + 1) node.setAttribute("tabindex", "0");
    else node.removeAttribute("tabindex");
  }).observe(node);
  return node;
};

const rowCard = (index, run, item, row, start, needle, link) => {
  const answer = row.answers[run.place];
  const answered = { 1: "answered", 0: "not answered", "-": "" }[run.answers[item]];
  const thinking = { removed: "reasoning removed", unclosed: "reasoning never ended" }[answer.thinking];
  const head = [
    index.datasets[index.dataset[item]], answered, thinking,
    answer.rating == null ? "" : `judge: ${answer.rating}`,
    row.gold && `gold: ${row.gold}`,
  ].filter(Boolean).join(" \u00b7 ");
  const decided = index.checks[item].map((check, i) => {
    const mark = Number(run.marks[start + i]);
    const [kind, told] = verdict(mark);
    const loose = answer.loose_reasons[i];
    return el("li", {},
      el("span", { class: `verdict ${kind}` }, told),
      el("div", {},
        marked(el("span", { dir: "auto" }), row.words[i] || "(no words for this constraint)", needle),
        el("p", { class: "small" }, index.ids[check] ?? "no constraint", ": ", marked(el("span", { dir: "auto" }), answer.reasons[i] ?? "", needle),
          loose && loose !== answer.reasons[i] ? el("span", {}, " (loose: ", marked(el("span", { dir: "auto" }), loose, needle), ")") : null)));
  });
  const prompt = answer.prompt ?? row.prompt;
  const isHit = needle && prompt && has(prompt, needle);
  const asked = el("details", { open: Boolean(isHit) }, el("summary", {}, "Prompt"));
  const fill = () => { if (asked.children.length < 2) asked.append(block(prompt, needle, answer.note ?? "The prompt was not found.")); };
  if (isHit) fill();
  asked.addEventListener("toggle", fill);
  return el("li", { tabindex: "-1" },
    el("div", { class: "rowhead" },
      marked(el("h3", { dir: "auto" }), row.question || `Row ${index.keys[item]}`, needle),
      el("a", { href: link, class: "small" }, `#${index.keys[item]}`),
      el("p", { class: "small" }, marked(el("span", { dir: "auto" }), head, needle))),
    answer.error ? el("p", { class: "note" }, marked(el("span", {}), answer.error, needle)) : null,
    el("ul", { class: "verdicts" }, decided),
    answer.rating_reason ? el("p", { class: "small" }, "judge: ", marked(el("span", { dir: "auto" }), answer.rating_reason, needle)) : null,
    el("h4", { class: "small" }, "Response"), block(answer.response, needle, answer.response === "" ? "The response is empty." : "There is no response."),
    asked);
};
