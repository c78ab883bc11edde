/* Puts the heartbeat together: looks once a second, counts, keeps, sends, and tells the page about it. */

import { Attention } from "./attention.js";
import { Clock } from "./clock.js";
import { Meter } from "./meter.js";
import { Presence } from "./presence.js";
import { Queue } from "./queue.js";
import { Sender } from "./sender.js";
import { readSettings } from "./settings.js";
import { Tabs } from "./tabs.js";

const TICK_MS = 1000;
const REMEMBER_EVERY = 5; // ticks

/** Begin counting on this page; the settings come from the script tag and the page's address. */
export function start(tag) {
  const heartbeat = new Heartbeat(tag, readSettings(tag));
  heartbeat.start();
  return heartbeat;
}

class Heartbeat {
  constructor(tag, settings) {
    this.tag = tag;
    this.session = crypto.randomUUID();
    this.ticks = 0;
    this.sending = "sent";
    this.clock = new Clock();
    this.tabs = new Tabs("xuefen:heartbeat");
    this.attention = new Attention({
      now: () => this.clock.monotonic(),
      idleMs: settings.idleMs,
      frameIdleMs: settings.frameIdleMs,
      frame: settings.frame ? document.querySelector(settings.frame) : null,
      onSign: () => this.#welcome(),
    });
    this.presence = new Presence({
      everyMs: settings.presenceEveryMs,
      answerMs: settings.presenceAnswerMs,
      language: settings.language,
      wall: () => this.clock.wall(),
      onOutcome: (answered) => this.#afterQuestion(answered),
    });
    this.sender = new Sender({
      settings,
      clock: this.clock,
      queue: new Queue(JSON.stringify([settings.endpoint, settings.actor, settings.activityId])),
      onState: (state) => {
        this.sending = state;
        this.#tell();
      },
    });
    this.meter = new Meter({
      sliceMs: settings.sliceMs,
      gapMs: settings.gapMs,
      onSlice: (slice) => this.#finish(slice),
      onClockSet: () => this.clock.forget(),
    });
  }

  start() {
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.look());
    setInterval(() => this.look(), TICK_MS);
    this.tabs.claim();
    this.look();
    this.sender.flush(); // what an earlier page could not send
  }

  /** "counting", or why not: "hidden", "idle", "elsewhere" (another tab counts) or "unanswered". */
  state() {
    if (this.presence.isMissed) return "unanswered";
    const state = this.attention.state();
    return state === "counting" && !this.tabs.isHolder ? "elsewhere" : state;
  }

  look() {
    this.meter.tick(this.clock.wall(), this.clock.monotonic(), this.state() === "counting");
    if (this.presence.isDue(this.meter.countedMs)) this.#ask();
    this.ticks += 1;
    if (this.meter.open && this.ticks % REMEMBER_EVERY === 0) this.sender.remember(this.#open());
    this.#tell();
  }

  /* What was counted before the question is sent as a slice of its own: a missed answer costs only what follows it. */
  #ask() {
    this.meter.close();
    this.presence.ask(this.meter.countedMs);
  }

  #finish(slice) {
    this.sender.add({ ...slice, session: this.session, presence: this.presence.take() });
    this.sender.flush();
  }

  /* A slice found by another page after a crash says so much of its presence checks as was known. */
  #open() {
    return { ...this.meter.open, session: this.session, presence: this.presence.report ?? undefined };
  }

  #welcome() {
    this.tabs.claim();
    if (!this.presence.isMissed) return;
    this.presence.forgive(this.meter.countedMs);
    this.look();
  }

  #afterQuestion(answered) {
    if (answered) this.attention.sign();
    else this.look();
  }

  #leave() {
    this.meter.tick(this.clock.wall(), this.clock.monotonic(), false);
    this.sender.beacon();
  }

  #tell() {
    const detail = {
      state: this.state(),
      countedSeconds: Math.floor(this.meter.countedMs / 1000),
      pending: this.sender.pending,
      sending: this.sending,
    };
    this.tag.dispatchEvent(new CustomEvent("xuefen:heartbeat", { bubbles: true, detail }));
  }
}
