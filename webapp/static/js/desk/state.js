/**
 * Phase 1 of one answer as data: what was scored and remarked, and how two versions of that become one.
 *
 * @typedef {{level: number | null, not_observable: boolean, reason: string, moments: number[]}} Score
 * @typedef {{id: string, at_s: number, text: string, competency: string | null}} Remark
 * @typedef {{version: number, scores: Record<string, Score>, remarks: Remark[], unseen_because: string}} State
 *   `unseen_because`: why it is signed though the recording was not seen to its end
 */

/** @param {unknown} value */
const text = (value) => JSON.stringify(value ?? null);

/** @template T @param {T} value @returns {T} */
export const copy = (value) => structuredClone(value);

/** A score that says nothing yet. @returns {Score} */
export const empty = () => ({ level: null, not_observable: false, reason: "", moments: [] });

/** True when two states say the same, whatever their versions. @param {State} one @param {State} other */
export function same(one, other) {
  return text(normal(one)) === text(normal(other));
}

/** @param {State} state */
function normal(state) {
  const keys = Object.keys(state.scores).filter((key) => text(state.scores[key]) !== text(empty())).sort();
  const remarks = [...state.remarks].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [state.unseen_because ?? "", keys.map((key) => [key, score(state.scores[key])]), remarks.map((r) => [r.id, r.at_s, r.text, r.competency])];
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
  const { scores, clashes } = joinScores(base.scores, mine.scores, theirs.scores);
  const remarks = joinRemarks(base.remarks, mine.remarks, theirs.remarks);
  // Work that waited since before this was asked says nothing of it.
  const [was, here, there] = [base, mine, theirs].map((one) => one.unseen_because ?? "");
  return { state: { version: theirs.version, scores, remarks, unseen_because: here === was ? there : here }, clashes };
}

/** @param {State["scores"]} base @param {State["scores"]} mine @param {State["scores"]} theirs */
function joinScores(base, mine, theirs) {
  const clashes = [];
  /** @type {[string, Score][]} */
  const scores = [];
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [was, here, there] = [base[key], mine[key], theirs[key]];
    const changedHere = text(was && score(was)) !== text(here && score(here));
    const changedThere = text(was && score(was)) !== text(there && score(there));
    const chosen = changedHere ? here : there;
    if (changedHere && changedThere && text(here && score(here)) !== text(there && score(there))) clashes.push(key);
    if (chosen) scores.push([key, copy(chosen)]);
  }
  return { scores: Object.fromEntries(scores), clashes };
}

/** @param {Remark[]} base @param {Remark[]} mine @param {Remark[]} theirs */
function joinRemarks(base, mine, theirs) {
  const [before, here, there] = [base, mine, theirs].map((all) => new Map(all.map((one) => [one.id, one])));
  const remarks = [];
  for (const id of new Set([...here.keys(), ...there.keys()])) {
    const [was, own, other] = [before.get(id), here.get(id), there.get(id)];
    const only = /** @type {Remark} */ (own ?? other);
    if (own && other) remarks.push(copy(text(own) === text(was) ? other : own));
    // Missing on one side: new on the other, or taken away; what was changed since is kept.
    else if (!was || text(was) !== text(only)) remarks.push(copy(only));
  }
  return remarks;
}
