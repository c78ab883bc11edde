/*
 * Slices that are not acknowledged yet, kept where a reload, a crash or a day without network cannot lose them.
 * Every slice is a key of its own, so that several tabs never overwrite each other.
 */

const PREFIX = "xuefen:heartbeat:";

export class Queue {
  /** @param {string} owner endpoint, learner and activity: a slice is only sent by a page that may speak for it */
  constructor(owner, storage = usableStorage()) {
    this.storage = storage;
    this.prefix = PREFIX + fingerprint(owner) + ":";
  }

  /** Keep an entry under its slice's id, over an earlier one of the same id. */
  put(entry) {
    try {
      this.storage.setItem(this.prefix + entry.slice.id, JSON.stringify(entry));
    } catch {
      this.storage = mergedMemory(this.storage, this.prefix); // full: go on without survival
      this.storage.setItem(this.prefix + entry.slice.id, JSON.stringify(entry));
    }
  }

  remove(id) {
    this.storage.removeItem(this.prefix + id);
  }

  /** All entries, oldest first. */
  list() {
    const keys = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
    return keys
      .filter((key) => key && key.startsWith(this.prefix))
      .map((key) => JSON.parse(this.storage.getItem(key)))
      .sort((a, b) => a.slice.start - b.slice.start);
  }
}

/* localStorage; memory where the browser forbids it (blocked third-party storage). */
function usableStorage() {
  try {
    const probe = PREFIX + "probe";
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return new MemoryStorage();
  }
}

function mergedMemory(storage, prefix) {
  const memory = new MemoryStorage();
  for (let index = 0; index < storage.length; index += 1) {
    const key = storage.key(index);
    if (key.startsWith(prefix)) memory.setItem(key, storage.getItem(key));
  }
  return memory;
}

class MemoryStorage {
  #entries = new Map();
  get length() {
    return this.#entries.size;
  }
  key(index) {
    return [...this.#entries.keys()][index] ?? null;
  }
  getItem(key) {
    return this.#entries.get(key) ?? null;
  }
  setItem(key, value) {
    this.#entries.set(key, value);
  }
  removeItem(key) {
    this.#entries.delete(key);
  }
}

/* A short name for a long text; two learners on one device must not share it (53 bits are plenty for that). */
function fingerprint(text) {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const character of text) {
    const code = character.codePointAt(0);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
