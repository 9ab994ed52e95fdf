// Light or dark: as the system prefers, until a reader chooses.

const prefers = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];
const isDark = () => (document.documentElement.dataset.theme || (prefers.matches ? "dark" : "light")) === "dark";
const theme = () => contents.themes[isDark() ? "dark" : "light"];

const remembered = () => {
  try { return localStorage.getItem("followrag-theme"); } catch { return null; }
};
const remember = (name) => {
  try { localStorage.setItem("followrag-theme", name); } catch { /* private windows have no store */ }
};

const startTheme = () => {
  const button = document.getElementById("theme");
  const changed = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    for (const listener of listeners) listener();
  };
  if (["light", "dark"].includes(remembered())) document.documentElement.dataset.theme = remembered();
  button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    remember(document.documentElement.dataset.theme);
    changed();
  });
  prefers.addEventListener("change", changed);
};
