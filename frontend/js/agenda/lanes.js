/**
 * What stands on the canvas: neighbouring columns of one session, and how long it is there.
 *
 * @typedef {{id: string, first: number, last: number, from: number, until: number, lane: number, lanes: number}} Box
 */

/**
 * Gives boxes that overlap lanes beside each other; `lanes` is how many their group needs. Boxes that touch do not overlap.
 *
 * @param {Box[]} boxes
 * @param {number} columns
 */
export function spreadOverLanes(boxes, columns) {
  /** @type {Box[][]} */
  const running = Array.from({ length: columns }, () => []);
  /** @type {Map<Box, Box[]>} */
  const groups = new Map();
  for (const box of [...boxes].sort((a, b) => a.from - b.from || b.until - a.until || a.first - b.first)) {
    const beside = neighbours(box, running);
    box.lane = freeLane(beside);
    join(box, beside, groups);
  }
  for (const group of new Set(groups.values())) {
    const lanes = Math.max(...group.map((box) => box.lane)) + 1;
    for (const box of group) box.lanes = lanes;
  }
}

/**
 * Those in the box's columns that have not ended when it begins; the box is among them afterwards.
 *
 * @param {Box} box
 * @param {Box[][]} running
 */
function neighbours(box, running) {
  /** @type {Set<Box>} */
  const found = new Set();
  for (let column = box.first; column <= box.last; column += 1) {
    running[column] = running[column].filter((other) => other.until > box.from);
    for (const other of running[column]) found.add(other);
    running[column].push(box);
  }
  return found;
}

/** @param {Set<Box>} beside */
function freeLane(beside) {
  const taken = new Set([...beside].map((box) => box.lane));
  let lane = 0;
  while (taken.has(lane)) lane += 1;
  return lane;
}

/**
 * @param {Box} box
 * @param {Set<Box>} beside
 * @param {Map<Box, Box[]>} groups
 */
function join(box, beside, groups) {
  const group = [box];
  for (const other of beside) {
    const theirs = groups.get(other) ?? [];
    if (theirs !== groups.get(group[0])) group.push(...theirs.filter((one) => !group.includes(one)));
  }
  for (const one of group) groups.set(one, group);
}
