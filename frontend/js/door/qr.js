// Draws a badge's text as a QR code, so that a kiosk prints it without a network: version 6, level M, alphanumeric (ISO/IEC 18004),
// the same as `badges/drawing.py` makes on the server.
import qrcode from "qrcode-generator";

const BADGE = /^[0-9A-Z $%*+\-./:]{1,154}$/;
const VERSION = 6;
/** How many modules a side has. */
export const SIDE = 41;

/**
 * The code as an SVG path, one unit a module, without the white around it; null for a text that is no badge's: it holds other signs
 * than those of the alphanumeric mode, or more than fit.
 *
 * @param {string} text
 */
export function qrPath(text) {
  if (!BADGE.test(text)) return null;
  const code = qrcode(VERSION, "M");
  code.addData(text, "Alphanumeric");
  code.make();
  let path = "";
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0, end = 0; x < SIDE; x = end + 1) {
      for (end = x; end < SIDE && code.isDark(y, end); ) end += 1;
      if (end > x) path += `M${x} ${y}h${end - x}v1H${x}z`;
    }
  }
  return path;
}
