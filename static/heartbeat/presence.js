/* "Still there?", asked after so many counted minutes where the programme wants it (presence_check_every_min). */

import { wordsFor } from "./words.js";

const STYLE = `
  :host { all: initial; }
  .card { position: fixed; z-index: 2147483647; inset: auto 16px 16px 16px; max-width: 22rem; margin-inline: auto;
    padding: 16px 20px; border-radius: 14px; background: #fff; color: #16211d; border: 1px solid #b9c6c0;
    box-shadow: 0 12px 40px rgb(0 0 0 / .28); font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
  h2 { margin: 0 0 4px; font-size: 18px; } p { margin: 0 0 12px; }
  button { font: inherit; font-weight: 600; min-height: 44px; padding: 8px 20px; border: 0; border-radius: 10px;
    background: #0b6b4f; color: #fff; cursor: pointer; }
  button:focus-visible { outline: 3px solid #0b6b4f; outline-offset: 2px; }
`;

export class Presence {
  /**
   * @param {number} everyMs counted milliseconds between two questions; 0 never asks
   * @param {() => number} wall device time
   * @param {(answered: boolean) => void} onOutcome told when the question was answered or ran out
   */
  constructor({ everyMs, answerMs, language, wall, onOutcome }) {
    Object.assign(this, { everyMs, answerMs, language, wall, onOutcome });
    this.askedAt = 0; // counted milliseconds at the last question
    this.report = null;
    this.host = null;
    this.isMissed = false;
  }

  get isAsking() {
    return this.host !== null;
  }

  /** Whether it is time to ask; `countedMs` is what has been counted on this page. */
  isDue(countedMs) {
    return this.everyMs > 0 && !this.isAsking && !this.isMissed && countedMs - this.askedAt >= this.everyMs;
  }

  /** Show the question and wait for its answer. */
  ask(countedMs) {
    this.askedAt = countedMs;
    this.#note({ shown: 1 });
    this.#show();
    this.timer = setTimeout(() => this.#runOut(), this.answerMs);
  }

  /** What to report with the slice that ends now, or undefined; the next slice begins a new report. */
  take() {
    const report = this.report ?? undefined;
    this.report = null;
    return report;
  }

  /** The learner is back after a missed question: ask no more of the time before. */
  forgive(countedMs) {
    this.isMissed = false;
    this.askedAt = countedMs;
  }

  #note({ shown = 0, answered = 0 }) {
    const so = this.report ?? { shown: 0, answered: 0 };
    this.report = { ...so, shown: so.shown + shown, answered: so.answered + answered };
    if (answered) this.report.lastAnswered = this.wall();
  }

  #answer() {
    this.#hide();
    this.#note({ answered: 1 });
    this.onOutcome(true);
  }

  #runOut() {
    this.#hide();
    this.isMissed = true;
    this.onOutcome(false);
  }

  #hide() {
    clearTimeout(this.timer);
    this.host.remove();
    this.host = null;
  }

  #show() {
    const words = wordsFor(this.language);
    this.host = document.createElement("xuefen-presence");
    const root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet]; // no inline style: the page's CSP may forbid it
    const card = element("div", { class: "card", role: "alertdialog", "aria-labelledby": "t", "aria-describedby": "b" });
    const button = element("button", { type: "button" }, words.answer);
    button.addEventListener("click", () => this.#answer());
    card.append(element("h2", { id: "t" }, words.title), element("p", { id: "b" }, words.body), button);
    root.append(card);
    document.body.append(this.host);
    button.focus();
  }
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
