/*
 * Uploaded content has no origin here and therefore no storage, and asking for it throws. Much content asks without
 * expecting that. It is lent a storage that lasts as long as the page.
 */
(function () {
  "use strict";

  function missing(ask) {
    try {
      return ask() === undefined;
    } catch {
      return true;
    }
  }

  function storage() {
    const kept = new Map();
    const methods = {
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, value) => void kept.set(String(name), String(value)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
      key: (number) => [...kept.keys()][number] ?? null,
    };
    return new Proxy(methods, {
      get: (_, name) => (name === "length" ? kept.size : methods[name] ?? kept.get(name)),
      set: (_, name, value) => Boolean(kept.set(String(name), String(value))),
      has: (_, name) => name in methods || kept.has(name),
      deleteProperty: (_, name) => kept.delete(name) || true,
      ownKeys: () => [...kept.keys()],
      getOwnPropertyDescriptor: (_, name) =>
        kept.has(name) ? { value: kept.get(name), enumerable: true, configurable: true, writable: true } : undefined,
    });
  }

  for (const name of ["localStorage", "sessionStorage"]) {
    if (missing(() => window[name])) Object.defineProperty(window, name, { value: storage(), configurable: true });
  }
  if (missing(() => document.cookie)) {
    const cookies = new Map();
    Object.defineProperty(document, "cookie", {
      configurable: true,
      get: () => [...cookies].map(([name, value]) => name + "=" + value).join("; "),
      set: (text) => {
        const [name, ...value] = String(text).split(";")[0].split("=");
        cookies.set(name.trim(), value.join("=").trim());
      },
    });
  }
})();
