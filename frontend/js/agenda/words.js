/**
 * The pattern with its places in braces filled in.
 *
 * @param {string} pattern
 * @param {Record<string, string | number>} values
 */
export function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/**
 * An element with its class and text.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function made(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}
