/*
 * Counts: from ticks ("at this moment the learner was / was not attentive") to slices of time.
 * Knows no page and no network, so that every rule can be read and tested here.
 */

const CLOCK_JUMP_MS = 2000;
const SHORTEST_SLICE_MS = 1000;

export class Meter {
  /**
   * @param {number} sliceMs a slice is closed when it is this long
   * @param {number} gapMs   a longer stretch between two ticks counts nothing (the device slept)
   * @param {(slice: {id: string, start: number, end: number}) => void} onSlice gets every finished slice, in device time
   * @param {() => void} onClockSet is told that the device's clock was set while counting
   */
  constructor({ sliceMs, gapMs, onSlice, onClockSet = () => {} }) {
    Object.assign(this, { sliceMs, gapMs, onSlice, onClockSet });
    this.open = null;
    this.last = null;
    this.countedMs = 0;
  }

  /** One look at the learner: device time, monotonic time, and whether they were attentive until now from here on. */
  tick(wall, monotonic, attentive) {
    const last = this.last;
    this.last = { wall, monotonic, attentive };
    if (last && last.attentive) this.#extend(last, wall, monotonic);
    if (!attentive) this.close();
    else if (!this.open) this.open = { id: crypto.randomUUID(), start: wall, end: wall };
  }

  /** Finish the open slice: the page is being hidden, or the learner has gone. */
  close() {
    const slice = this.open;
    this.open = null;
    if (slice && slice.end - slice.start >= SHORTEST_SLICE_MS) this.onSlice(slice);
  }

  #extend(last, wall, monotonic) {
    const byWall = wall - last.wall;
    const byMonotonic = monotonic - last.monotonic;
    if (byMonotonic > this.gapMs || byWall > this.gapMs) return this.close();
    if (Math.abs(byWall - byMonotonic) > CLOCK_JUMP_MS) {
      this.close();
      return this.onClockSet();
    }
    if (!this.open) this.open = { id: crypto.randomUUID(), start: last.wall, end: last.wall };
    this.open.end = wall;
    this.countedMs += byWall;
    if (this.open.end - this.open.start >= this.sliceMs) this.#roll(wall);
  }

  #roll(wall) {
    this.onSlice(this.open);
    this.open = { id: crypto.randomUUID(), start: wall, end: wall };
  }
}
