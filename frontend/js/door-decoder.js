// The decoder, in a worker of its own so that the page never waits for it: pictures in, the text of the QR code out.
// Its address names the machine code (`?wasm=…`), which comes from this service like everything else.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

// Enough for a badge that fills a fifth of the picture; four times the pixels take four times as long.
const LONGEST_SIDE = 960;

/** @type {import("zxing-wasm/reader").ReaderOptions} */
const LOOKS_FOR = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true, tryInvert: false };

const canvas = new OffscreenCanvas(1, 1);
const pen = canvas.getContext("2d", { willReadFrequently: true });

const machineCode = new URL(location.href).searchParams.get("wasm") ?? "";
const prepared = prepareZXingModule({ overrides: { locateFile: () => machineCode }, fireImmediately: true });
prepared.then(
  () => postMessage({ ready: true }),
  () => postMessage({ broken: true }),
);

addEventListener("message", async (event) => {
  const picture = /** @type {ImageBitmap} */ (event.data);
  postMessage({ text: await read(picture) });
});

/**
 * The text of the QR code in the picture, or nothing.
 *
 * @param {ImageBitmap} picture
 */
async function read(picture) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  pen?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const pixels = pen?.getImageData(0, 0, canvas.width, canvas.height);
  if (!pixels) return "";
  try {
    const [found] = await readBarcodes(pixels, LOOKS_FOR);
    return found?.isValid ? found.text : "";
  } catch {
    return "";
  }
}
