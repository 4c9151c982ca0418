// Search without a server: folds what is typed and what is there as the library does, and builds results as text only.
(() => {
  "use strict";
  const known = JSON.parse(document.getElementById("du-lieu").textContent);
  const form = document.getElementById("tim"), field = document.getElementById("tu");
  const said = document.getElementById("thay"), list = document.getElementById("ket-qua");
  const MOST = 50;
  const titles = known.titles.map(([head, rest]) => known.heads[head] + rest);
  let folded = null;

  // "Hà Giang", "hà giang" in any form and "ha giang" are one word for word; apostrophes join, other signs part
  function fold(text) {
    return text.replace(/['\u2018\u2019\u02bc\u02b9`\u00b4]/g, "").normalize("NFKD").toLowerCase().normalize("NFKD")
      .replace(/\p{M}/gu, "").replace(/[đðɖ]/g, "d").replace(/[^a-z0-9]+/g, " ").trim();
  }

  function words(row) {
    const [place, period, name, title] = row;
    return [known.places[place][1], known.places[place][0], known.names[name][1], known.names[name][0],
      known.periods[period][1], known.periods[period][0], titles[title], row[6] || "", known.states[row[4]]];
  }

  function prepare() {
    const parts = new Map();
    const once = (text) => parts.get(text) ?? (parts.set(text, fold(text)), parts.get(text));
    folded = known.rows.map((row) => ` ${words(row).map(once).join(" ")} `);
  }

  function find(typed) {
    if (!folded) prepare();
    // whole words but the last, which may still be being typed: "ha giang" is not "giang … hành chính"
    const wanted = fold(typed), each = wanted.split(" ").map((word, i, all) => ` ${word}${i < all.length - 1 ? " " : ""}`);
    const found = [];
    for (let i = 0; i < folded.length; i++) {
      if (each.every((word) => folded[i].includes(word))) found.push(i);
    }
    const whole = (i) => (folded[i].includes(` ${wanted} `) ? 0 : 1);
    return found.sort((a, b) => whole(a) - whole(b) || a - b);
  }

  function address(row, format) {
    const own = row[6] ? [known.names[row[2]][0], row[6]] : [known.names[row[2]][0]];
    const last = `${own.pop()}${format}`;
    return [known.places[row[0]][0], known.periods[row[1]][0], ...own, last].map(encodeURIComponent).join("/");
  }

  function link(words, href, name) {
    const made = document.createElement("a");
    made.textContent = words;
    made.href = href;
    if (name) made.setAttribute("aria-label", name);
    return made;
  }

  function shown(row) {
    const item = document.createElement("li"), head = document.createElement("p"), rest = document.createElement("p");
    const title = titles[row[3]], where = `${known.places[row[0]][1]}, ${known.periods[row[1]][1]}`;
    const formats = known.formats.filter((_, i) => row[5] & (1 << i));
    head.append(formats.length ? link(title, address(row, `.${formats[0]}`)) : title);
    rest.className = "meta files";
    rest.append(`${known.names[row[2]][1]}, ${where} · ${known.states[row[4]]} `);
    for (const format of formats) {
      const word = format.toUpperCase();
      rest.append(link(word, address(row, `.${format}`), `${word}: ${title}, ${where}`), " ");
    }
    item.append(head, rest);
    return item;
  }

  function search() {
    const typed = field.value;
    list.replaceChildren();
    if (!fold(typed)) {
      said.textContent = "";
      return;
    }
    const found = find(typed), number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ".");
    said.textContent = !found.length ? "Không tìm thấy báo cáo nào."
      : found.length > MOST ? `Tìm thấy ${number(found.length)} báo cáo; hiển thị ${MOST} báo cáo đầu.`
      : `Tìm thấy ${number(found.length)} báo cáo.`;
    list.append(...found.slice(0, MOST).map((i) => shown(known.rows[i])));
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", search);
  form.hidden = false;
  addEventListener("pageshow", search);  // what was typed is there again for who comes back from a report
})();
