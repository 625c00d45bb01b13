"use strict";
// Everything here is comfort: the page says the same without it.
(() => {
  const root = document.documentElement;

  // Light or dark, by the system's preference until the button is pressed.
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  const show = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("sprachbund-theme", root.dataset.theme); } catch { /* private window */ }
    show();
  });
  try {
    const kept = localStorage.getItem("sprachbund-theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch { /* private window */ }
  show();
  document.body.prepend(button);

  // Tables of languages: sort by any column, filter by any text.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent.trim() : Number(cell.dataset.sort);
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const press = document.createElement("button");
      press.type = "button";
      press.textContent = head.textContent;
      press.title = "Sort by " + head.textContent;
      head.replaceChildren(press);
      press.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const first = head.classList.contains("number") ? "descending" : "ascending";
        const second = first === "descending" ? "ascending" : "descending";
        const next = before === null ? first : before === first ? second : null;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        if (next === null) { body.append(...original); return; }
        head.setAttribute("aria-sort", next);
        const sign = next === "ascending" ? 1 : -1;
        body.append(...[...original].sort((a, b) => sign * compare(keyOf(a, column), keyOf(b, column))));
      });
    });

    const label = document.createElement("label");
    label.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "language, family or script";
    const count = document.createElement("span");
    count.setAttribute("aria-live", "polite");
    label.append("Filter ", input, count);
    table.closest(".scroll").before(label);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      let shown = 0;
      for (const row of original) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      }
      count.textContent = wanted ? `${shown} of ${original.length}` : "";
    });
  }
})();
