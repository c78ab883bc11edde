/*
 * Time that can be trusted: the device's clock corrected by what the server's answers say.
 * A device whose clock is an hour wrong would otherwise put its slices into the future, where they do not count.
 */

const TOLERANCE_MS = 2000; // Date headers are whole seconds; smaller differences are left alone

export class Clock {
  constructor() {
    this.offset = null; // milliseconds to add to the device's clock; null: not known yet
  }

  /** The device's own time, in milliseconds since 1970. */
  wall() {
    return Date.now();
  }

  /** Milliseconds that only ever grow, whatever happens to the device's clock. */
  monotonic() {
    return performance.now();
  }

  get isKnown() {
    return this.offset !== null;
  }

  /** Compare with the `Date` of an answer to a request that was sent at device time `sentAt`. */
  learn(response, sentAt) {
    const server = Date.parse(response.headers.get("Date") || "");
    if (Number.isNaN(server)) {
      if (this.offset === null) this.offset = 0; // the server does not tell: believe the device
      return;
    }
    const middle = (sentAt + this.wall()) / 2;
    const difference = Math.round(server + 500 - middle);
    this.offset = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
  }

  /** The device's clock was set: what was learned of it no longer holds. */
  forget() {
    this.offset = null;
  }

  /** A device time as the server would tell it, in ISO 8601 and UTC. */
  format(wallMs, offset = this.offset) {
    return new Date(wallMs + (offset || 0)).toISOString();
  }
}
