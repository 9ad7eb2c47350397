/** The steps of the grid, in minutes. */
export const STEP = 5;
/** Minutes of a day on the clock; a session begins before they are over and may end later. */
export const DAY = 24 * 60;

/**
 * Minutes since midnight of a wall time.
 *
 * @param {string} wall such as 2037-03-10T09:05
 */
export function minutesOf(wall) {
  return Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
}

/**
 * The wall time so many minutes after a day's midnight.
 *
 * @param {string} day
 * @param {number} minutes
 */
export function wallAt(day, minutes) {
  return `${day}T${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}`;
}

// Hours and minutes as the page's own times have them.
const BETWEEN = new Map([["sv", ":"], ["nb", ":"], ["is", ":"]]).get(document.documentElement.lang) ?? ".";

/**
 * As it is spoken: 9.05; after midnight it begins anew.
 *
 * @param {number} minutes
 */
export function spoken(minutes) {
  return `${Math.floor(minutes / 60) % 24}${BETWEEN}${padded(minutes % 60)}`;
}

/**
 * As it is written: 09.05.
 *
 * @param {number} minutes
 */
export function written(minutes) {
  return padded(Math.floor(minutes / 60) % 24) + spoken(minutes).slice(-3);
}

/** @param {number} minutes */
export function onStep(minutes) {
  return Math.round(minutes / STEP) * STEP;
}

/** @param {number} number */
function padded(number) {
  return String(number).padStart(2, "0");
}
