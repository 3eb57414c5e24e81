/** The fields of a form as plain values, and how two versions of them are joined. Nothing here talks to anybody. */

/** @typedef {Record<string, string>} Values several choices of one field stand one a line */

const LEFT_OUT = new Set(["csrf_token", "version", "hand_in"]);

/** The values of the form now. @param {HTMLFormElement} form @returns {Values} */
export function read(form) {
  return values(form, (field) => field.value, (field) => field.checked);
}

/** The values that the server put in it, whatever the browser remembered. @param {HTMLFormElement} form @returns {Values} */
export function readStart(form) {
  return values(form, startOf, (field) => field.defaultChecked);
}

/** What the server put in a field; a list that has nothing chosen begins with its first line. @param {any} field @returns {string} */
function startOf(field) {
  if (field.type !== "select-one") return field.defaultValue;
  const options = /** @type {HTMLOptionElement[]} */ (Array.from(field.options));
  return (options.find((one) => one.defaultSelected) ?? options[0])?.value ?? "";
}

/** @param {HTMLFormElement} form @param {(field: any) => string} text @param {(field: any) => boolean} chosen */
function values(form, text, chosen) {
  /** @type {Values} */
  const found = {};
  for (const field of fields(form)) {
    if (field.type === "radio" || field.type === "checkbox") {
      found[field.name] ??= "";
      if (chosen(field)) found[field.name] += (found[field.name] && "\n") + field.value;
    } else found[field.name] = text(field).replaceAll("\r\n", "\n");
  }
  return found;
}

/** @param {HTMLFormElement} form @param {Values} wanted */
export function write(form, wanted) {
  for (const field of fields(form)) {
    if (!(field.name in wanted)) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = wanted[field.name].split("\n").includes(field.value);
    } else if (field.value !== wanted[field.name]) {
      field.value = wanted[field.name];
      field.dispatchEvent(new Event("input"));
    }
  }
}

/** @param {HTMLFormElement} form @returns {any[]} */
export function fields(form) {
  const all = /** @type {any[]} */ (Array.from(form.elements));
  return all.filter((field) => field.name && !LEFT_OUT.has(field.name) && field.type !== "submit");
}

/** @param {Values} one @param {Values} other */
export function same(one, other) {
  return Object.keys(one).every((name) => one[name] === (other[name] ?? ""));
}

/** The fields that both changed, each in another way. @param {Values} base @param {Values} mine @param {Values} theirs */
export function clashes(base, mine, theirs) {
  return Object.keys(mine).filter(
    (name) => name in theirs && mine[name] !== theirs[name] && mine[name] !== base[name] && theirs[name] !== base[name],
  );
}

/** Own changes win; what only the other changed is taken over. @param {Values} base @param {Values} mine @param {Values} theirs */
export function join(base, mine, theirs) {
  const joined = (/** @type {string} */ name) => (mine[name] === base[name] ? (theirs[name] ?? mine[name]) : mine[name]);
  return Object.fromEntries(Object.keys(mine).map((name) => [name, joined(name)]));
}
