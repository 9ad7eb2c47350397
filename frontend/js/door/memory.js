// What this browser shall remember of the choices made on it: nothing about anybody.
const PREFIX = "door.";

/**
 * The choice as it was last made, or null; a browser that keeps nothing forgets it.
 *
 * @param {string} name
 */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A full or closed storage: the choice holds until the page is left.
  }
}
