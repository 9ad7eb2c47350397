// The camera: which one, its light, and its picture. Why there is none is told in codes that the page has words for.
import { remember, remembered } from "./memory.js";

/** @typedef {"insecure" | "camera_denied" | "camera_none" | "camera_busy"} Trouble */

export class NoCamera extends Error {
  /** @param {Trouble} trouble */
  constructor(trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** @type {Record<string, Trouble>} by the names browsers give their errors */
const TROUBLES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_none",
  OverconstrainedError: "camera_none",
};

export class Camera {
  /** @type {MediaStream | null} */
  #stream = null;

  /**
   * @param {HTMLVideoElement} video shows what the camera sees
   * @param {"user" | "environment"} [facing] which way it looks unless another was chosen
   */
  constructor(video, facing = "environment") {
    this.video = video;
    this.facing = facing;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** Begins to see, with the camera chosen last. Raises `NoCamera`. */
  async start() {
    this.stop();
    // A browser hides its cameras from pages that came over a plain connection.
    if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("insecure");
    try {
      this.#stream = await opened(this.facing);
      this.video.srcObject = this.#stream;
      await this.video.play();
    } catch (error) {
      this.stop();
      throw new NoCamera(TROUBLES[error instanceof Error ? error.name : ""] ?? "camera_busy");
    }
  }

  stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  /** The cameras there are; their names are told only while one is on. @returns {Promise<{id: string, name: string}[]>} */
  async others() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices
      .filter((device) => device.kind === "videoinput" && device.deviceId)
      .map((device) => ({ id: device.deviceId, name: device.label }));
  }

  /** The one that is on. */
  get id() {
    return this.#track?.getSettings().deviceId ?? "";
  }

  /** Whether it has a light. */
  get hasLight() {
    const track = this.#track;
    const can = /** @type {MediaTrackCapabilities & {torch?: boolean} | undefined} */ (track?.getCapabilities?.());
    return Boolean(can?.torch);
  }

  /** @param {boolean} on */
  async light(on) {
    const wish = /** @type {MediaTrackConstraints} */ ({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ torch: on })] });
    await this.#track?.applyConstraints(wish);
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }
}

/** @param {string} id from now on this camera */
export function choose(id) {
  remember("camera", id);
}

/** The chosen camera, or where it is gone the one that looks that way. @param {string} facing */
async function opened(facing) {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const chosen = remembered("camera");
  if (chosen) {
    try {
      return await navigator.mediaDevices.getUserMedia({ video: { ...size, deviceId: { exact: chosen } } });
    } catch (error) {
      if (!(error instanceof DOMException) || TROUBLES[error.name] !== "camera_none") throw error;
    }
  }
  return navigator.mediaDevices.getUserMedia({ video: { ...size, facingMode: { ideal: facing } } });
}
