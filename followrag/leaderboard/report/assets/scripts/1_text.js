// Text only ever enters the document as text nodes and attributes' values, never as markup.

const HIDDEN = /[\p{Cs}\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/gu;

/** Shows what would be invisible, or would change how the text around it reads. */
const visible = (text) =>
  String(text)
    .replace(/\r\n/g, "\n")
    .replace(HIDDEN, (c) => `\u27e8U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`);

const put = (node, ...children) => {
  for (const child of children.flat(Infinity)) {
    if (child == null) continue;
    node.append(child instanceof Node ? child : visible(child));
  }
  return node;
};

const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, visible(value));
  }
  return put(node, children);
};

const replace = (node, ...children) => {
  node.replaceChildren();
  return put(node, children);
};

const number = new Intl.NumberFormat("en");
const count = (n, thing) => `${number.format(n)} ${thing}${n === 1 ? "" : "s"}`;

/** A box that scrolls; it takes the keyboard's focus only while there is something to scroll. */
const scrolling = (name, ...children) => {
  const box = el("div", { class: "scroll" }, children);
  const settle = () => {
    const is_cut = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    for (const [key, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", visible(name)]]) {
      if (is_cut) box.setAttribute(key, value);
      else box.removeAttribute(key);
    }
  };
  const watch = new ResizeObserver(settle);
  watch.observe(box);
  for (const child of box.children) watch.observe(child);
  return box;
};

let fields = 0;
const field = (label, control, classes = "") => {
  control.id ||= `field-${++fields}`;
  return el("div", { class: `field ${classes}` }, el("label", { for: control.id }, label), control);
};

const options = (pairs) => pairs.map(([value, text]) => el("option", { value }, text));
