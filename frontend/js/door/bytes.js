/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The bytes of a text in UTF-8.
 *
 * @param {string} text
 * @returns {Bytes}
 */
export function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}

/**
 * The bytes of upper-case base32 without padding (RFC 4648 §6), or null where the text is none. Left-over bits must be
 * none: the same bytes have one text.
 *
 * @param {string} text
 * @returns {Bytes | null}
 */
export function fromBase32(text) {
  if ((text.length * 5) % 8 !== 0) return null;
  const bytes = new Uint8Array((text.length * 5) / 8);
  let [held, bits, place] = [0, 0, 0];
  for (const letter of text) {
    const value = BASE32.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[place++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

/**
 * The bytes of standard base64.
 *
 * @param {string} text
 * @returns {Bytes}
 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Standard base64 with padding.
 *
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * base64 for addresses (RFC 4648 §5), without padding.
 *
 * @param {Uint8Array} bytes
 */
export function toBase64Url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
