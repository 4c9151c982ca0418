// A table an analyst sorts by its headings and chooses rows of, by pointer or keyboard; nothing is loaded from elsewhere.
const collator = new Intl.Collator("vi", { numeric: true });

function compare(a, b) {
  if (a === null || b === null) return (a === null) - (b === null); // what is missing stands last
  return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function render({ model, el }) {
  let sorted = { column: -1, down: false };

  function order() {
    const rows = model.get("rows").map((cells, index) => ({ cells, index }));
    if (sorted.column < 0) return rows;
    const sign = sorted.down ? -1 : 1;
    const value = (row) => row.cells[sorted.column][1];
    const missing = (row) => value(row) === null;
    return rows.sort((a, b) => (missing(a) || missing(b) ? 1 : sign) * compare(value(a), value(b)));
  }

  function choose(index) {
    model.set("chosen", index);
    model.save_changes();
    mark();
  }

  function mark() {
    for (const row of el.querySelectorAll("tbody tr")) {
      row.setAttribute("aria-selected", String(Number(row.dataset.index) === model.get("chosen")));
    }
  }

  function heading(column, place) {
    const state = sorted.column !== place ? "none" : sorted.down ? "descending" : "ascending";
    const cell = element("th", null, { scope: "col", "aria-sort": state, class: column.align });
    const button = element("button", column.title, { type: "button" });
    button.addEventListener("click", () => {
      sorted = { column: place, down: sorted.column === place && !sorted.down };
      draw();
      el.querySelectorAll("thead button")[place].focus();
    });
    cell.append(button);
    return cell;
  }

  function line({ cells, index }, columns) {
    const row = element("tr", null, { "data-index": index });
    cells.forEach(([text], place) => row.append(element("td", text, { class: columns[place].align })));
    if (model.get("choosable")) {
      row.tabIndex = 0;
      row.addEventListener("click", () => choose(index));
      row.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose(index);
        }
      });
    }
    return row;
  }

  function draw() {
    const columns = model.get("columns");
    const table = element("table", null);
    table.append(element("caption", model.get("caption")));
    const head = table.createTHead().insertRow();
    columns.forEach((column, place) => head.append(heading(column, place)));
    table.createTBody().append(...order().map((row) => line(row, columns)));
    el.replaceChildren(table);
    el.classList.add("hoso-grid");
    mark();
  }

  draw();
  model.on("change:chosen", mark);
  model.on("change:rows", () => {
    sorted = { column: -1, down: false };
    draw();
  });
}

export default { render };
