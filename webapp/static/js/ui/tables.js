/** Sort and filter of a table that is whole on the page; long lists are sorted and paged by the server. */

const collator = new Intl.Collator("nl", { numeric: true, sensitivity: "base" });

export function enhanceTables() {
  for (const block of document.querySelectorAll("[data-table]")) {
    const table = /** @type {HTMLTableElement | null} */ (block.querySelector("table"));
    if (!table) continue;
    if (table.hasAttribute("data-sortable")) makeSortable(table);
    makeFilter(block, table);
  }
}

/** @param {HTMLTableElement} table */
function makeSortable(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  heads.forEach((head, column) => {
    const button = head.querySelector("button.sort");
    button?.addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => sign * collator.compare(key(a, column), key(b, column)));
      table.tBodies[0].append(...rows);
    });
  });
}

/** @param {HTMLTableRowElement} row @param {number} column */
function key(row, column) {
  const cell = row.cells[column];
  return cell?.dataset.sort ?? cell?.textContent?.trim() ?? "";
}

/** @param {Element} block @param {HTMLTableElement} table */
function makeFilter(block, table) {
  const tools = /** @type {HTMLElement | null} */ (block.querySelector(".table-filter"));
  const input = tools?.querySelector("input");
  const nothing = /** @type {HTMLElement | null} */ (block.querySelector("[data-nothing]"));
  if (!tools || !input) return;
  tools.hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLocaleLowerCase("nl").split(/\s+/);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent?.toLocaleLowerCase("nl") ?? "";
      row.hidden = !wanted.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    if (nothing) nothing.hidden = shown > 0;
  });
}
