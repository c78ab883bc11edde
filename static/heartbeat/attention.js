/* Whether somebody is there: the page is visible, and a hand, an eye-catching video or the focus says so. */

const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart", "input"];
const UNFOCUSED_MS = 60_000; // in a window that lost the focus, signs are believed for this long

export class Attention {
  /**
   * @param {() => number} now monotonic milliseconds
   * @param {HTMLIFrameElement | null} frame embedded content, listened to where the browser allows it
   * @param {() => void} onSign called at each sign of the learner
   */
  constructor({ now, idleMs, frameIdleMs, frame = null, onSign = () => {} }) {
    Object.assign(this, { now, idleMs, frameIdleMs, frame, onSign });
    this.lastSign = now(); // opening the page is one
    this.listen(document);
    if (frame) {
      frame.addEventListener("load", () => this.#listenInside());
      frame.addEventListener("pointerenter", () => this.sign());
      frame.addEventListener("pointerleave", () => this.sign());
      this.#listenInside();
    }
    window.addEventListener("focus", () => this.sign());
    window.addEventListener("blur", () => this.#hasEnteredFrame() && this.sign());
  }

  listen(target) {
    for (const name of SIGNS) target.addEventListener(name, () => this.sign(), { capture: true, passive: true });
  }

  sign() {
    this.lastSign = this.now();
    this.onSign();
  }

  /** "counting", or why not: "hidden" or "idle". */
  state() {
    if (document.visibilityState !== "visible") return "hidden";
    if (this.#isMediaPlaying()) return "counting";
    return this.now() - this.lastSign < this.#patience() ? "counting" : "idle";
  }

  /* Inside a foreign page no key can be seen, so its reader is believed for longer; an unfocused window for less. */
  #patience() {
    if (this.#hasEnteredFrame()) return this.#frameDocument() ? this.idleMs : this.frameIdleMs;
    return document.hasFocus() ? this.idleMs : Math.min(UNFOCUSED_MS, this.idleMs);
  }

  #hasEnteredFrame() {
    return this.frame !== null && document.activeElement === this.frame && document.hasFocus();
  }

  #frameDocument() {
    try {
      return this.frame ? this.frame.contentDocument : null;
    } catch {
      return null; // another origin
    }
  }

  #listenInside() {
    const inside = this.#frameDocument();
    if (inside) this.listen(inside);
  }

  #isMediaPlaying() {
    const pages = [document, this.#frameDocument()].filter(Boolean);
    const media = pages.flatMap((page) => [...page.querySelectorAll("video, audio")]);
    return media.some((item) => !item.paused && !item.ended && item.readyState > 2 && !(item.muted && item.loop));
  }
}
