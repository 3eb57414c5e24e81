/** The style page only: shows a real toast. */

import { toast } from "./toast.js";

document.getElementById("toast-demo")?.addEventListener("click", () => {
  toast("De kandidaat is van de lijst gehaald.", { undo: () => toast("De kandidaat staat weer op de lijst.") });
});
