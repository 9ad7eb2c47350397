// What a badge's text says, whether it is true, and what it opens: the same as `registrations/badge_tokens.py` on the server.
import { verifyAsync } from "@noble/ed25519";
import { fromBase32, fromBase64, toBase64, toBase64Url, utf8 } from "./bytes.js";

// The form of short codes, and what people type in place of what they read or hear: as `registrations/short_codes.py` has it.
const CODE = /^(?:[BDFGHJKLMNPRSTVXZ][AEIOUY]){4}$/;
const CODE_SPACES = /[\s\u2010-\u2015-]+/g;
/** @type {Record<string, string>} */
const MEANT = { 0: "O", 1: "I", C: "K", Q: "K", W: "V" };

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @typedef {object} Badge what a text in the form of a badge says; nobody has looked yet whether it is signed
 * @property {string} text as badges are written
 * @property {number} keyId
 * @property {number} eventMark
 * @property {number} accessClass 1 for the first category
 * @property {Bytes} secret
 * @property {Bytes} body
 * @property {Bytes} signature
 */

const PREFIX = "S1";
const TEXT_LENGTH = 146;
const BODY_BYTES = 26;
const VERSION = 1;
const SIGNED_BEFORE = utf8("events-service badge 1\0");
const ROSTER = utf8("events-service roster 1");
const NONCE_BYTES = 12;
// Exactly the spaces the server strips, which are not those of `trim()`.
const SPACE = "[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const SPACES = new RegExp(`^${SPACE}|${SPACE}$`, "g");

/**
 * A scanned text as badges are written: scanners and people may add spaces or use small letters.
 *
 * @param {string} text
 */
export function normalised(text) {
  return text.replace(SPACES, "").toUpperCase();
}

/**
 * The badge that was scanned last of all that was typed, or null. Whoever types a name may be interrupted by a scanner.
 *
 * @param {string} typed
 */
export function badgeAtTheEnd(typed) {
  const tail = typed.slice(-TEXT_LENGTH);
  return tail.length === TEXT_LENGTH && tail.toUpperCase().startsWith(PREFIX) ? tail : null;
}

/**
 * What a text says, or null where it is not in the form of a badge.
 *
 * @param {string} text
 * @returns {Badge | null}
 */
export function parse(text) {
  const written = normalised(text);
  if (written.length !== TEXT_LENGTH || !written.startsWith(PREFIX)) return null;
  const raw = fromBase32(written.slice(PREFIX.length));
  if (!raw || raw[0] !== VERSION) return null;
  const body = raw.slice(0, BODY_BYTES);
  const view = new DataView(body.buffer);
  return {
    text: written,
    keyId: view.getUint8(1),
    eventMark: view.getUint32(2),
    secret: body.slice(6, 22),
    accessClass: view.getUint8(22),
    body,
    signature: raw.slice(BODY_BYTES),
  };
}

/**
 * Whether this public key (32 bytes, base64) made the badge's signature (RFC 8032).
 *
 * @param {Badge} badge
 * @param {string} publicKey
 * @param {{native?: boolean}} [how] `native: false` does without the browser's own Ed25519
 */
export async function isSignedBy(badge, publicKey, { native = true } = {}) {
  const said = new Uint8Array([...SIGNED_BEFORE, ...badge.body]);
  const key = native ? await importedKey(publicKey) : null;
  if (key) return crypto.subtle.verify("Ed25519", key, badge.signature, said);
  // zip215 would take encodings that RFC 8032 forbids. It throws at points that lie on no curve.
  return verifyAsync(badge.signature, said, fromBase64(publicKey), { zip215: false }).catch(() => false);
}

/** @type {Map<string, Promise<CryptoKey | null>>} */
const imported = new Map();

/**
 * The key as the browser keeps it; null in a browser whose WebCrypto knows no Ed25519.
 *
 * @param {string} publicKey
 */
function importedKey(publicKey) {
  let key = imported.get(publicKey);
  if (!key) {
    key = crypto.subtle.importKey("raw", fromBase64(publicKey), "Ed25519", false, ["verify"]).catch(() => null);
    imported.set(publicKey, key);
  }
  return key;
}

/**
 * By which a badge that holds no more is known: the first 8 bytes of its digest, in base64.
 *
 * @param {Badge} badge
 */
export async function revocationOf(badge) {
  const digest = await crypto.subtle.digest("SHA-256", utf8(badge.text));
  return toBase64(new Uint8Array(digest, 0, 8));
}

/**
 * By which the roster knows a badge's holder; it tells nothing to whoever does not have the badge.
 *
 * @param {Badge} badge
 */
export async function entryId(badge) {
  return toBase64Url(await mac(badge.secret, utf8("id"), 16));
}

/**
 * By which the roster knows the short code that somebody typed, or null for what is no short code: the first 8 bytes of a keyed
 * digest, in base64. Case, spaces and hyphens do not count, nor what is easily taken for another letter.
 *
 * @param {string} text
 * @param {string} salt base64
 */
export async function codeMark(text, salt) {
  const code = text.replace(CODE_SPACES, "").toUpperCase().replace(/[01CQW]/g, (letter) => MEANT[letter]);
  return CODE.test(code) ? toBase64(await mac(fromBase64(salt), utf8(code), 8)) : null;
}

/**
 * What is sealed for the holder of a badge, or null where it was sealed for another.
 *
 * @param {Badge} badge
 * @param {string} sealed base64
 * @returns {Promise<any>}
 */
export async function opened(badge, sealed) {
  const secret = await crypto.subtle.importKey("raw", badge.secret, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: ROSTER };
  const key = await crypto.subtle.deriveKey(hkdf, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const bytes = fromBase64(sealed);
  const how = { name: "AES-GCM", iv: bytes.slice(0, NONCE_BYTES) };
  try {
    const clear = await crypto.subtle.decrypt(how, key, bytes.slice(NONCE_BYTES));
    return JSON.parse(new TextDecoder().decode(clear));
  } catch {
    return null;
  }
}

/**
 * @param {Bytes} secret
 * @param {Bytes} said
 * @param {number} length of what is wanted, in bytes
 */
async function mac(secret, said, length) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, said)).slice(0, length);
}
