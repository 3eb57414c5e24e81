/** Looking for words in what was said. */

/** A word as it was heard: the second in which it begins, in which it ends, and itself. @typedef {[number, number, string]} Word */

/** Without capitals, accents and punctuation. @param {string} text */
export function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/**
 * Where these words stand one after the other, as positions of the first of them; of the last the beginning is enough.
 * @param {Word[]} words @param {string} query @returns {number[]}
 */
export function hits(words, query) {
  const wanted = plain(query).split(" ").filter(Boolean);
  if (!wanted.length) return [];
  const said = words.map(([, , text]) => plain(text));
  const last = wanted.length - 1;
  const fits = (/** @type {number} */ at) =>
    wanted.every((word, on) => (on === last ? (said[at + on] ?? "").startsWith(word) : said[at + on] === word));
  return said.flatMap((_, at) => (fits(at) ? [at] : []));
}

/** The words around a position, for who reads where it was found. @param {Word[]} words @param {number} at @param {number} [each] */
export function around(words, at, each = 6) {
  const [from, to] = [Math.max(0, at - each), Math.min(words.length, at + each + 1)];
  const text = words.slice(from, to).map((one) => one[2]).join(" ");
  return `${from > 0 ? "… " : ""}${text}${to < words.length ? " …" : ""}`;
}

/** The words at this address; null when they cannot be had. @param {string} url @returns {Promise<Word[] | null>} */
export async function wordsAt(url) {
  try {
    const answer = await fetch(url);
    return answer.ok ? (await answer.json()).words : null;
  } catch {
    return null;
  }
}
