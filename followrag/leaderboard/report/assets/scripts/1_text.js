// Text only ever enters the document as text nodes and attributes' values, never as markup.

// All but tabs, line ends, and the joiners and variation selectors that belong to words and emoji.
const HIDDEN = /[\p{Cs}\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}](?<![\t\n\u200c\u200d\ufe00-\ufe0f])/gu;

/** Shows what would be invisible, or would change how the text around it reads. */
const visible = (text) =>
  String(text)
    .replace(/\r\n/g, "\n")
    .replace(HIDDEN, (c) => `\u27e8U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`);

/** Whether a text, as it is or as it is shown, holds what is searched for; `needle` is in lower case. */
const has = (text, needle) =>
  text.toLowerCase().includes(needle) || (text.search(HIDDEN) >= 0 && visible(text).toLowerCase().includes(needle));

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
