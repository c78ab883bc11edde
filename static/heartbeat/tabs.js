/*
 * Several tabs, one learner: only the tab with the latest sign counts.
 * (Counting in two would be harmless, since overlapping time counts once; it would only be noise.)
 */

export class Tabs {
  constructor(name) {
    this.isHolder = true;
    this.lastClaim = -Infinity;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    if (this.channel) this.channel.onmessage = () => (this.isHolder = false);
  }

  /** A sign of the learner in this tab; at most one message a second. */
  claim() {
    const now = performance.now();
    if (this.isHolder && now - this.lastClaim < 1000) return;
    this.isHolder = true;
    this.lastClaim = now;
    if (this.channel) this.channel.postMessage("claim");
  }

  close() {
    if (this.channel) this.channel.close();
  }
}
