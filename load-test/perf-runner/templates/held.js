"use strict";
(() => {
  const root = document.documentElement;
  const tools = document.querySelector(".tools");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const buttons = (what) => all(`button[data-${what}]`, tools);
  let state = new URLSearchParams();

  // The choices stand behind the #, so that a link shows what its sender saw.
  const keep = (key, value) => {
    if (value) state.set(key, value);
    else state.delete(key);
    history.replaceState(null, "", String(state) ? "#" + state : location.pathname);
  };

  const theme = (name) => {
    if (name) root.dataset.theme = name;
    else delete root.dataset.theme;
    for (const button of buttons("theme")) button.ariaPressed = String(button.dataset.theme === name);
  };

  const short = (name) => name.replaceAll("producer-api-", "");

  // APIs go by the number of their hue: a name may hold anything.
  const highlight = (chosen) => {
    const names = [];
    for (const button of buttons("api")) {
      const isChosen = chosen.includes(button.dataset.style);
      button.ariaPressed = String(isChosen);
      if (isChosen) names.push(short(button.dataset.api));
    }
    for (const mark of all("main svg [class^=s]")) {
      const style = /^s(\d)$/.exec(mark.classList[0]);
      mark.classList.toggle("dim", names.length > 0 && style !== null && !chosen.includes(style[1]));
    }
    for (const row of all("main tbody tr")) {
      const said = short(row.querySelector("th")?.firstChild?.textContent ?? "");
      const isAbout = (name) => said.split(" : ").some((part) => part === name || part.startsWith(name + ", "));
      row.classList.toggle("lit", names.some(isAbout));
    }
  };

  // Every column has one kind of unit; what holds no number comes last.
  const factors = { s: 1e3, MiB: 1024, GiB: 1024 * 1024 };
  const size = (text) => {
    const found = /(-?\d[\d,]*\.?\d*)(?: (\w+))?/.exec(text.replace("\u2212", "-"));
    return found ? Number(found[1].replaceAll(",", "")) * (factors[found[2]] ?? 1) : NaN;
  };
  const before = (one, other) => {
    if (one.tagName === "TH") return one.textContent.localeCompare(other.textContent, "en", { numeric: true });
    return size(one.textContent) - size(other.textContent);
  };

  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const isEmpty = (row) => row.cells[column].tagName === "TD" && Number.isNaN(size(row.cells[column].textContent));
    rows.sort((one, other) => {
      if (isEmpty(one) || isEmpty(other)) return isEmpty(one) - isEmpty(other);
      return before(one.cells[column], other.cells[column]) * (direction === "descending" ? -1 : 1);
    });
    body.append(...rows);
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    table.tHead.rows[0].cells[column].ariaSort = direction;
  };

  const isSortable = (table) =>
    table.tHead && table.tHead.rows.length === 1 && table.tBodies[0].rows.length > 1 && !table.querySelector("[colspan], td:empty");
  const tables = all("main table").filter(isSortable);
  tables.forEach((table, number) => {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const direction = head.ariaSort === "ascending" ? "descending" : "ascending";
        sort(table, column, direction);
        keep("sort", [number, column, direction].join("."));
      });
    });
  });

  const apply = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
    if (!location.hash.includes("=")) return;
    state = new URLSearchParams(location.hash.slice(1));
    theme(["light", "dark"].find((name) => name === state.get("theme")) ?? "");
    highlight((state.get("api") ?? "").split("."));
    const [number, column, direction] = (state.get("sort") ?? "").split(".");
    const head = tables[number]?.tHead.rows[0].cells[column];
    if (head) sort(tables[number], Number(column), direction === "descending" ? direction : "ascending");
  };

  // The CSV is packed by its columns, which takes half the room.
  const rows = (text) => {
    const columns = text.split("\x1e").map((column) => column.split("\x1f"));
    return columns[0].map((_, row) => columns.map((column) => column[row]).join(",") + "\r\n").join("");
  };

  const download = async (button) => {
    const { from } = button.dataset;
    const packed = atob(document.getElementById(from).textContent);
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const text = await new Response(stream).text();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([from === "csv-data" ? rows(text) : text]));
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.from) download(button);
    if (button.dataset.theme !== undefined) {
      theme(button.dataset.theme);
      keep("theme", button.dataset.theme);
    }
    if (button.dataset.api) {
      button.ariaPressed = String(button.ariaPressed !== "true");
      const chosen = buttons("api").filter((one) => one.ariaPressed === "true").map((one) => one.dataset.style);
      highlight(chosen);
      keep("api", chosen.join("."));
    }
  });

  // Each chart is one stop of the Tab key. From there arrows lead along a line and to
  // the next one; what the point there comes to is told in one place.
  const told = document.querySelector(".told");
  const clamp = (index, list) => list[Math.max(0, Math.min(index, list.length - 1))];
  for (const chart of all(".figure svg")) {
    const points = (line) => all("* > title", line).map((title) => title.parentNode);
    const lines = all("g", chart).map(points).filter((line) => line.length > 0);
    if (lines.length === 0) continue;
    chart.setAttribute("role", "group");
    for (const point of lines.flat()) {
      point.setAttribute("role", "img");
      point.tabIndex = -1;
    }
    let stop = lines[0][0];
    stop.tabIndex = 0;
    // Not on the drawing itself: what listens for focus would be given it.
    const box = chart.parentNode;
    box.addEventListener("focusin", ({ target }) => {
      stop.tabIndex = -1;
      stop = target;
      stop.tabIndex = 0;
      told.textContent = stop.textContent;
    });
    box.addEventListener("focusout", () => (told.textContent = ""));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") chart.closest(".scroll").focus();
      const row = lines.findIndex((line) => line.includes(stop));
      const place = lines[row].indexOf(stop);
      const to = {
        ArrowRight: [row, place + 1], ArrowLeft: [row, place - 1], ArrowDown: [row + 1, place],
        ArrowUp: [row - 1, place], Home: [row, 0], End: [row, Infinity],
      }[event.key];
      if (!to) return;
      event.preventDefault();
      clamp(to[1], clamp(to[0], lines)).focus();
    });
  }

  // Paper has nothing to fold.
  const folds = all("details");
  let wasOpen = [];
  addEventListener("beforeprint", () => {
    wasOpen = folds.map((fold) => fold.open);
    for (const fold of folds) fold.open = true;
  });
  addEventListener("afterprint", () => folds.forEach((fold, index) => (fold.open = wasOpen[index])));
  addEventListener("hashchange", apply);
  apply();
  tools.hidden = false;
})();
