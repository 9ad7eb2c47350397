/**
 * What the form says, as a scan of its own: a new id and the moment, with this device's offset from UTC.
 *
 * @param {HTMLFormElement} form
 */
export function freshScan(form) {
  const scan = new FormData(form);
  scan.set("badge", String(scan.get("badge") ?? "").trim());
  scan.set("scan_id", newId());
  scan.set("scanned_at", withOffset(new Date()));
  return scan;
}

/** A random UUID; also on plain http, where browsers hide `crypto.randomUUID`. */
function newId() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * RFC 3339 in local time: 2027-03-07T11:04:05.120+01:00.
 *
 * @param {Date} moment
 */
export function withOffset(moment) {
  const minutes = -moment.getTimezoneOffset();
  const local = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
  const rest = String(Math.abs(minutes) % 60).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}
