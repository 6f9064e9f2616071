// Draws the figures, colours them by the page's theme, and moves between sections. Works inside a sandbox that allows
// scripts only: nothing is stored, opened or fetched.
(() => {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const toggle = document.getElementById("theme");
  const figures = [...document.querySelectorAll(".figure")].map((element) => ({
    element,
    figure: JSON.parse(element.querySelector("script").textContent),
  }));
  const narrow = () => window.innerWidth < 640;

  const isDark = () => root.dataset.theme === "dark" || (root.dataset.theme === "auto" && system.matches);

  // Colours come from the style sheet, so that plots and text cannot disagree.
  const themed = (layout) => {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const changes = {
      "font.color": colour("--text"),
      "font.family": getComputedStyle(document.body).fontFamily,
      "font.size": narrow() ? 13 : layout.font.size,
      "hoverlabel.bgcolor": colour("--surface"),
      "hoverlabel.bordercolor": colour("--line"),
      "hoverlabel.font.color": colour("--text"),
      "margin.l": narrow() ? 56 : layout.margin.l,
      "margin.r": narrow() ? 8 : layout.margin.r,
    };
    for (const axis of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
      changes[`${axis}.gridcolor`] = colour("--grid");
      changes[`${axis}.linecolor`] = colour("--muted");
      changes[`${axis}.tickcolor`] = colour("--muted");
    }
    return changes;
  };

  const set = (target, path, value) => {
    const keys = path.split(".");
    const last = keys.pop();
    let place = target;
    for (const key of keys) place = place[key] ??= {};
    place[last] = value;
  };

  const draw = ({ element, figure }) => {
    const layout = structuredClone(figure.layout);
    for (const [path, value] of Object.entries(themed(figure.layout))) set(layout, path, value);
    element.replaceChildren();
    Plotly.newPlot(element, figure.data, layout, { displayModeBar: false, responsive: true, doubleClick: false });
  };

  const recolour = () => {
    toggle.textContent = isDark() ? "Light" : "Dark";
    for (const { element, figure } of figures) Plotly.relayout(element, themed(figure.layout));
  };

  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    recolour();
  });
  system.addEventListener("change", recolour);
  // Printing and projecting change the width for good; the sizes of type follow.
  window.matchMedia("(max-width: 640px)").addEventListener("change", recolour);
  for (const button of document.querySelectorAll("[data-goto]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.goto).scrollIntoView());
  }

  toggle.textContent = isDark() ? "Light" : "Dark";
  figures.forEach(draw);
  root.dataset.drawn = String(figures.length);
})();
