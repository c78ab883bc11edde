/* Carries the queue to the record store: in order, patiently, and harmlessly when something is sent twice. */

import { toStatement } from "./statement.js";

const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 300_000;
const BATCH = 25;
const BEACON_BYTES = 60_000; // browsers refuse beacons over 64 KiB
const ABANDONED_MS = 20_000; // an open slice whose page has not touched it for so long is finished by whoever finds it
const REFUSED = new Set([400, 403, 413]);
const VERSION = "1.0.3";

export class Sender {
  /** @param {(state: string) => void} onState "sent", "waiting" (no network, will retry), "expired" or "refused" */
  constructor({ settings, queue, clock, onState = () => {} }) {
    Object.assign(this, { settings, queue, clock, onState });
    this.retryMs = FIRST_RETRY_MS;
    this.timer = null;
    this.isSending = false;
    this.refused = new Set();
    window.addEventListener("online", () => this.flush());
  }

  /** Queue a finished slice; the statement is made once, so that a retry says exactly the same. */
  add(slice) {
    this.queue.put(this.#freeze({ slice, state: "closed" }));
  }

  /** Remember the slice that is being counted, in case the page dies. */
  remember(slice) {
    this.queue.put({ slice, state: "open", touched: this.clock.wall() });
  }

  get pending() {
    return this.queue.list().length;
  }

  /** Send what is there. Never rejects: what cannot be sent stays in the queue and is tried again. */
  async flush() {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      if (!this.clock.isKnown) await this.#askTime();
      await this.#sendAll();
      this.retryMs = FIRST_RETRY_MS;
    } catch {
      this.#retryLater();
    } finally {
      this.isSending = false;
    }
  }

  /** The page is going: hand everything to the browser, which sends it after the page is gone. */
  beacon() {
    if (!this.clock.isKnown) return; // the next page sends it with a corrected clock
    const statements = this.#ready().map((entry) => entry.statement);
    for (const batch of inBeacons(statements)) {
      const form = new URLSearchParams({
        Authorization: this.settings.auth,
        "X-Experience-API-Version": VERSION,
        "Content-Type": "application/json",
        content: JSON.stringify(batch),
      });
      navigator.sendBeacon(this.settings.endpoint + "statements?method=POST", form);
    }
  }

  async #askTime() {
    const sentAt = this.clock.wall();
    const answer = await fetch(this.settings.endpoint + "about", { cache: "no-store", credentials: "omit" });
    this.clock.learn(answer, sentAt);
  }

  async #sendAll() {
    for (let ready = this.#ready(); ready.length; ready = this.#ready()) {
      const batch = ready.slice(0, BATCH);
      const answer = await this.#post(batch.map((entry) => entry.statement));
      if (answer.ok) this.#acknowledge(batch);
      else if (answer.status === 401) return this.onState("expired");
      else if (answer.status === 409 || REFUSED.has(answer.status)) await this.#sendEach(batch);
      else throw new Error("answer " + answer.status);
    }
  }

  /* One bad slice must not hold up the others. */
  async #sendEach(batch) {
    for (const entry of batch) {
      const answer = await this.#post([entry.statement]);
      if (answer.ok || answer.status === 409) this.#acknowledge([entry]); // 409: it is already there
      else if (REFUSED.has(answer.status)) this.#setAside(entry);
      else throw new Error("answer " + answer.status);
    }
  }

  #post(statements) {
    return fetch(this.settings.endpoint + "statements", {
      method: "POST",
      headers: {
        Authorization: this.settings.auth,
        "Content-Type": "application/json",
        "X-Experience-API-Version": VERSION,
      },
      credentials: "omit",
      keepalive: JSON.stringify(statements).length < BEACON_BYTES,
      body: JSON.stringify(statements),
    });
  }

  /* What may be sent now: finished slices, and open ones whose page is dead. */
  #ready() {
    const now = this.clock.wall();
    const isDone = (entry) => entry.state === "closed" || now - entry.touched > ABANDONED_MS;
    const wanted = this.queue.list().filter((entry) => isDone(entry) && !this.refused.has(entry.slice.id));
    return wanted.map((entry) => this.#freeze({ ...entry, state: "closed" })).filter((entry) => entry.statement);
  }

  #freeze(entry) {
    if (entry.statement || !this.clock.isKnown) return entry;
    const frozen = { ...entry, statement: toStatement(entry.slice, this.settings, (ms) => this.clock.format(ms)) };
    this.queue.put(frozen);
    return frozen;
  }

  #acknowledge(batch) {
    for (const entry of batch) this.queue.remove(entry.slice.id);
    this.onState("sent");
  }

  /* Refused for good by this page's credential: kept for the next launch, which has a fresh one. */
  #setAside(entry) {
    this.refused.add(entry.slice.id);
    this.onState("refused");
  }

  #retryLater() {
    this.onState("waiting");
    const jitter = 0.75 + Math.random() / 2;
    this.timer = setTimeout(() => this.flush(), this.retryMs * jitter);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
  }
}

function inBeacons(statements) {
  const batches = [];
  let size = Infinity;
  for (const statement of statements) {
    const length = encodeURIComponent(JSON.stringify(statement)).length;
    if (size + length > BEACON_BYTES) {
      batches.push([]);
      size = 0;
    }
    batches[batches.length - 1].push(statement);
    size += length;
  }
  return batches;
}
