"use strict";
/* The page is complete without this: it puts the shared explanation beside the figure, and Esc hides it. */
(() => {
  const root = document.documentElement, sheet = document.querySelector(".hoso");
  let hidden = null;
  root.classList.add("js");
  const fill = (figure) => {
    let tip = figure.querySelector("[role=tooltip]");
    const titled = tip && tip.querySelector("b");
    if (!tip) {
      tip = document.createElement("span");
      tip.setAttribute("role", "tooltip");
      figure.append(tip);
    }
    for (const id of figure.getAttribute("aria-describedby").split(" ")) {
      const shared = document.getElementById(id);
      if (figure.contains(shared)) continue;
      const copies = [...shared.childNodes].map((node) => node.cloneNode(true));
      if (titled) tip.append(...copies.slice(1));
      else { tip.prepend(copies[0]); tip.append(...copies.slice(1)); }
    }
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
})();
