// Which rows are asked for, by the index alone; the texts are only needed to search and to show.

const STRICT = 1, LOOSE = 2, UNCHECKED = 4;

const SHOWN = [
  ["loose", "that fail a constraint (loose)"],
  ["strict", "that fail a constraint (strict)"],
  ["answer", "with a wrong answer"],
  ["error", "with an error"],
  ["all", "all"],
];

/** Gives, per item, where its marks begin in the text of all marks. */
const markStarts = (index) => {
  let next = 0;
  return index.checks.map((checks) => (next += checks.length) - checks.length);
};

const concerns = (index, check, constraint) =>
  !constraint || index.ids[check] === constraint || `family:${index.families[check]}` === constraint;

const matches = (index, starts, run, item, { show, constraint, dataset }) => {
  if (run.kept[item] !== "1") return false;
  if (dataset && index.datasets[index.dataset[item]] !== dataset) return false;
  const marks = index.checks[item]
    .map((check, i) => (concerns(index, check, constraint) ? Number(run.marks[starts[item] + i]) : -1))
    .filter((mark) => mark >= 0);
  if (!marks.length) return false;
  switch (show) {
    case "loose": return marks.some((mark) => !(mark & LOOSE));
    case "strict": return marks.some((mark) => !(mark & STRICT));
    case "answer": return run.answers[item] === "0";
    case "error": return run.errors[item] === "1" || marks.some((mark) => mark & UNCHECKED);
    default: return true;
  }
};

/** Whether any text of a row holds what is searched for; `needle` is in lower case. */
const holds = (row, run, needle) => {
  const answer = row.answers[run.place];
  if (!answer) return false;
  const texts = [row.prompt, row.question, row.gold, ...row.words, answer.prompt, answer.response, answer.error,
    answer.rating_reason, ...answer.reasons, ...answer.loose_reasons];
  return texts.some((text) => text && has(text, needle));
};

/** Puts a text into a node with what was searched for marked. */
const marked = (node, text, needle) => {
  const shown = visible(text);
  const lower = shown.toLowerCase();
  if (!needle || lower.length !== shown.length) return put(node, shown);
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    node.append(shown.slice(from, at), el("mark", {}, shown.slice(at, at + needle.length)));
    from = at + needle.length;
  }
  node.append(shown.slice(from));
  return node;
};
