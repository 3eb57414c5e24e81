/** Two windows changed one field: both texts are shown at that field, and the writer chooses. */

import { fields } from "./fields.js";

/**
 * @param {HTMLFormElement} form @param {string} name @param {string} theirs what the other window saved
 * @param {(text: string | null) => void} chosen the text to take, or null to keep the own one
 */
export function showClash(form, name, theirs, chosen) {
  const field = fields(form).find((one) => one.name === name);
  const place = field?.closest(".field");
  if (!place) return chosen(null);
  place.querySelector("[data-clash]")?.remove();
  const box = document.createElement("div");
  box.className = "notice notice-warn";
  box.setAttribute("role", "alert");
  box.dataset.clash = name;
  const body = element("div", "", "notice-body");
  body.append(
    element("p", "In een ander venster is hier iets anders bewaard", "notice-title"),
    element("p", inWords(form, name, theirs) || "(leeg gemaakt)", "prose"),
    element("p", "Uw eigen tekst staat in het veld. Welke wilt u houden?"),
  );
  const buttons = element("div", "", "row");
  buttons.append(
    button("Mijn tekst houden", () => done(null)),
    button("De andere tekst nemen", () => done(theirs)),
  );
  body.append(buttons);
  box.append(body);
  place.append(box);

  /** @param {string | null} text */
  function done(text) {
    box.remove();
    field.focus();
    chosen(text);
  }
}

/** A choice is shown by its label, a text as it is. @param {HTMLFormElement} form @param {string} name @param {string} value */
function inWords(form, name, value) {
  const options = fields(form).filter((one) => one.name === name && (one.type === "radio" || one.type === "checkbox"));
  if (!options.length) return value;
  const picked = options.filter((one) => value.split("\n").includes(one.value));
  return picked.map((one) => one.closest("label")?.textContent.trim()).join(", ");
}

/** @param {string} kind @param {string} text @param {string} [look] */
function element(kind, text, look = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  if (look) made.className = look;
  return made;
}

/** @param {string} label @param {() => void} act */
function button(label, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", label, "button"));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
