/** A button that prints the page; without script the browser's own way does the same. */

export function watchPrint() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      print();
    });
  }
}
