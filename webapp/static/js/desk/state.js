/**
 * Phase 1 of one answer as data: what was scored and remarked, and how two versions of that become one.
 *
 * @typedef {{level: number | null, not_observable: boolean, reason: string, moments: number[]}} Score
 * @typedef {{id: string, at_s: number, text: string, competency: string | null}} Remark
 * @typedef {{version: number, scores: Record<string, Score>, remarks: Remark[]}} State
 */

/** @param {unknown} value */
const text = (value) => JSON.stringify(value ?? null);

/** @template T @param {T} value @returns {T} */
export const copy = (value) => structuredClone(value);

/** A score that says nothing yet. @returns {Score} */
export const empty = () => ({ level: null, not_observable: false, reason: "", moments: [] });

/** Whether two states say the same, whatever their versions. @param {State} one @param {State} other */
export function same(one, other) {
  return text(normal(one)) === text(normal(other));
}

/** @param {State} state */
function normal(state) {
  const keys = Object.keys(state.scores).filter((key) => text(state.scores[key]) !== text(empty())).sort();
  const remarks = [...state.remarks].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [keys.map((key) => [key, score(state.scores[key])]), remarks.map((r) => [r.id, r.at_s, r.text, r.competency])];
}

/** @param {Score} s */
const score = (s) => [s.level, s.not_observable, s.reason, s.moments];

/**
 * Join what changed here with what changed in another window, both since `base`. Nothing that was typed is lost: a
 * score that both changed keeps what is here, and `clashes` says so.
 *
 * @param {State} base @param {State} mine @param {State} theirs
 * @returns {{state: State, clashes: string[]}}
 */
export function join(base, mine, theirs) {
  const clashes = [];
  /** @type {Record<string, Score>} */
  const scores = {};
  for (const key of new Set([...Object.keys(mine.scores), ...Object.keys(theirs.scores)])) {
    const [was, here, there] = [base.scores[key], mine.scores[key], theirs.scores[key]];
    const changedHere = text(was && score(was)) !== text(here && score(here));
    const changedThere = text(was && score(was)) !== text(there && score(there));
    const chosen = changedHere ? here : there;
    if (changedHere && changedThere && text(here && score(here)) !== text(there && score(there))) clashes.push(key);
    if (chosen) scores[key] = copy(chosen);
  }
  const before = new Map(base.remarks.map((one) => [one.id, one]));
  const here = new Map(mine.remarks.map((one) => [one.id, one]));
  const there = new Map(theirs.remarks.map((one) => [one.id, one]));
  const remarks = [];
  for (const id of new Set([...here.keys(), ...there.keys()])) {
    const [was, own, other] = [before.get(id), here.get(id), there.get(id)];
    if (own && other) remarks.push(copy(text(own) === text(was) ? other : own));
    // Missing on one side: new on the other, or taken away; what was changed since is kept.
    else if (!was || text(was) !== text(own ?? other)) remarks.push(copy(own ?? other));
  }
  return { state: { version: theirs.version, scores, remarks }, clashes };
}
