"use strict";
/* The page is complete without this. It puts the shared explanation beside the figure, where Esc hides it, and sorts tables. */
(() => {
  const root = document.documentElement, sheet = document.querySelector(".hoso");
  let hidden = null;
  root.classList.add("js");
  if (matchMedia("(max-width: 70rem)").matches) document.querySelector("nav details")?.removeAttribute("open");

  const create = (name, attributes) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  /* One box says everything from now on, so the figure is described by it alone: nobody hears a line twice. */
  const fill = (figure) => {
    let tip = figure.querySelector("[role=tooltip]");
    const shared = figure.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
    if (!tip) figure.append(tip = create("span", { role: "tooltip", id: `t${figure.id}` }));
    for (const node of shared.filter((one) => one !== tip).flatMap((one) => [...one.children])) {
      tip[node.localName === "b" ? "prepend" : "append"](node.cloneNode(true));
    }
    figure.setAttribute("aria-describedby", tip.id);
    figure.dataset.full = "";
  };
  const show = (event) => {
    const figure = event.target.closest(".f");
    if (figure !== hidden) { sheet.classList.remove("quiet"); hidden = null; }
    if (figure && !("full" in figure.dataset)) fill(figure);
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hidden = document.querySelector(".f:hover") || document.activeElement.closest(".f");
    sheet.classList.add("quiet");
  });

  const FEW = 7, MISSING = /^[\s–—…-]*$/, DATE = /^(\d\d?)\/(\d\d?)\/(\d{4})$/;
  const NUMBER = /^([+–−-]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(?:\s*%|\s\D*)?$/;
  const vietnamese = new Intl.Collator("vi", { numeric: true });
  const status = create("div", { role: "status", class: "unseen" });
  document.querySelector("main").append(status);

  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    return node.role === "tooltip" ? "" : [...node.childNodes].map(words).join("");
  };
  /* What a cell is sorted by: numbers and days, then words, then what is missing. */
  const key = (cell) => {
    const said = words(cell).trim(), day = DATE.exec(said), number = NUMBER.exec(said);
    if (MISSING.test(said)) return [2, ""];
    if (day) return [0, new Date(day[3], day[2] - 1, day[1]).getTime()];
    if (!number) return [1, said];
    return [0, Number(`${number[2].replaceAll(".", "")}.${number[3] || 0}`) * (/[–−-]/.test(number[1]) ? -1 : 1)];
  };
  const compare = ([kind, a], [other, b], turn) => {
    if (kind !== other) return kind - other;
    return turn * (kind === 0 ? a - b : vietnamese.compare(a, b));
  };
  const sorted = (rows, column, turn) => {
    const keyed = rows.map((row) => [key(row.cells[column]), row]);
    return turn ? keyed.sort((a, b) => compare(a[0], b[0], turn)).map(([, row]) => row) : rows;
  };

  /* The rows between two group or total rows, which stay where they are. */
  const runsOf = (table) => {
    const runs = [];
    for (const body of table.tBodies) {
      let run = null;
      for (const row of body.rows) {
        if (row.className) { run = null; continue; }
        if (!run) runs.push(run = { body, rows: [] });
        run.rows.push(row);
        run.next = row.nextElementSibling;
      }
    }
    return runs;
  };
  /* The header cell of each column: a second line fills what the first leaves open. */
  const headers = (table) => {
    const [upper, lower] = [...table.tHead.rows].map((row) => [...row.cells]);
    return upper.flatMap((cell) => (cell.scope === "colgroup" ? lower.splice(0, cell.colSpan) : [cell]));
  };

  const TURNS = { ascending: [1, "tăng dần"], descending: [-1, "giảm dần"], none: [0] };
  const AFTER = { none: "ascending", ascending: "descending", descending: "none" };
  const sort = (table, header, runs, column) => {
    const next = AFTER[header.getAttribute("aria-sort") || "none"], [turn, how] = TURNS[next];
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    if (turn) header.setAttribute("aria-sort", next);
    for (const { body, rows, next: stop } of runs) {
      for (const row of sorted(rows, column, turn)) body.insertBefore(row, stop);
    }
    status.textContent = turn ? `Đã sắp xếp theo “${words(header)}”, ${how}.` : "Đã trở lại thứ tự của báo cáo.";
  };
  for (const table of document.querySelectorAll(".table table")) {
    const runs = runsOf(table);
    if (!runs.some((run) => run.rows.length >= FEW)) continue;
    headers(table).forEach((header, column) => {
      if (!words(header).trim()) return;
      const button = create("button", { type: "button", title: "Bấm để sắp xếp theo cột này" });
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => sort(table, header, runs, column));
    });
  }
})();
