// Everything a report does by itself: draw its charts in the reader's theme, sort its tables, print in light. It asks for nothing from anywhere.
"use strict";
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)"), printing = matchMedia("print");
  const charts = read("charts"), configs = read("configs"), views = new Map();
  const under = (a, b) => {
    const both = { ...a };
    for (const [name, part] of Object.entries(b || {})) {
      const old = both[name], inner = (x) => x && typeof x === "object" && !Array.isArray(x);
      both[name] = inner(old) && inner(part) ? under(old, part) : part;
    }
    return both;
  };
  const draw = async (place) => {
    const spec = charts[Number(place.dataset.chart)], theme = dark.matches && !printing.matches ? "dark" : "light";
    if (place.dataset.drawn === theme) return;
    place.dataset.drawn = theme;
    try {
      const old = views.get(place);
      const made = await vegaEmbed(place, { ...spec, config: under(configs[theme], spec.config) }, {
        actions: false, ast: true, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true, theme: "ours" },
        loader: { load: () => Promise.reject(new Error("a report loads nothing")), sanitize: () => Promise.reject(new Error("a report loads nothing")) },
      });
      if (old) old.finalize();
      views.set(place, made);
    } catch (error) {
      place.textContent = "This chart cannot be drawn here; its table says the same.";
      console.warn(String(error));
    }
  };
  const all = () => Promise.all([...document.querySelectorAll("[data-chart]")].map(draw));
  all().then(() => { document.documentElement.dataset.ready = "yes"; });
  dark.addEventListener("change", all);
  printing.addEventListener("change", all);
  addEventListener("beforeprint", all);

  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const value = (row, column) => {
    const cell = row.cells[column], raw = cell.dataset.v;
    return raw === undefined ? { text: cell.textContent.trim() } : { number: raw === "" ? null : Number(raw) };
  };
  const compare = (a, b, way) => {
    if ("number" in a && "number" in b) {
      if (a.number === null || b.number === null) return (a.number === null) - (b.number === null); // what is not known comes last, either way
      return way * (a.number - b.number);
    }
    const first = a.text ?? "", last = b.text ?? "";
    if (!first || !last) return !first - !last;
    return way * order.compare(first, last);
  };
  for (const table of document.querySelectorAll("table[data-sorts]")) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = head.querySelector("button");
      if (button) button.addEventListener("click", () => {
        const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        const rows = [...body.rows].map((row) => [row, value(row, column)]);
        rows.sort((a, b) => compare(a[1], b[1], way));
        for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        body.append(...rows.map(([row]) => row));
      });
    });
  }
})();
