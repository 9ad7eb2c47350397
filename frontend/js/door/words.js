// The words of this page, in the visitor's language, as the server wrote them into it.

/** @typedef {Record<string, any>} Words */

/** @returns {Words} */
export function readWords() {
  return { ...read("words"), reasons: read("reasons"), advice: read("advice"), categories: read("categories") };
}

/** @param {string} name */
function read(name) {
  return JSON.parse(document.getElementById(`door-${name}`)?.textContent ?? "{}");
}

/**
 * The sentence with its `{gaps}` filled.
 *
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));
}

/**
 * A moment on the event's own clock, with its day.
 *
 * @param {string | number} moment
 * @param {string | undefined} timeZone
 */
export function toldMoment(moment, timeZone) {
  const parts = /** @type {Intl.DateTimeFormatOptions} */ ({ weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  return new Intl.DateTimeFormat(document.documentElement.lang, parts).format(new Date(moment));
}

/**
 * How long ago that was, in words.
 *
 * @param {number} moment
 */
export function toldAge(moment) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const minutes = Math.max(0, Math.round((Date.now() - moment) / 60_000));
  if (minutes < 1) return words.format(0, "second");
  return minutes < 120 ? words.format(-minutes, "minute") : words.format(-Math.round(minutes / 60), "hour");
}
