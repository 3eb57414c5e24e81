/** Turns a row of links to sections into tabs; without script the sections simply follow each other. */

export function enhanceTabs() {
  for (const row of document.querySelectorAll("[data-tabs]")) {
    const tabs = /** @type {HTMLAnchorElement[]} */ ([...row.querySelectorAll("a[href^='#']")]);
    const panels = tabs.map((tab) => /** @type {HTMLElement} */ (document.getElementById(tab.hash.slice(1))));
    if (!tabs.length || panels.includes(/** @type {never} */ (null))) continue;

    /** @param {number} chosen */
    const select = (chosen) => {
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-selected", String(index === chosen));
        tab.tabIndex = index === chosen ? 0 : -1;
        panels[index].hidden = index !== chosen;
      });
    };

    row.setAttribute("role", "tablist");
    tabs.forEach((tab, index) => {
      panels[index].dataset.title = tab.textContent ?? "";
      tab.id ||= `${panels[index].id}-tab`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panels[index].id);
      panels[index].setAttribute("role", "tabpanel");
      panels[index].setAttribute("aria-labelledby", tab.id);
      panels[index].tabIndex = 0;
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        history.replaceState(null, "", tab.hash);
        select(index);
      });
      tab.addEventListener("keydown", (event) => {
        const steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 };
        if (event.key === " ") {
          event.preventDefault();
          tab.click();
        }
        if (!(event.key in steps)) return;
        event.preventDefault();
        const next = (steps[/** @type {keyof typeof steps} */ (event.key)] + tabs.length) % tabs.length;
        tabs[next].click();
        tabs[next].focus();
      });
    });
    select(Math.max(0, tabs.findIndex((tab) => tab.hash === location.hash)));
  }
}
