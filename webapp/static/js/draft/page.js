/** The pages of the motivation file: every form that is a draft saves itself; the print button prints. */

import { Draft } from "./draft.js";

for (const form of document.querySelectorAll("form[data-draft]")) void Draft.start(/** @type {HTMLFormElement} */ (form));
