/* Keeps the sign-in desk fresh: the code, the number of people, and the list unless somebody is at work in it. */
(function () {
  "use strict";
  const EVERY_MS = 4000;
  const PATIENCE = 5; // failures in a row before the page says that it is stale
  let failures = 0;

  function isBusy(part) {
    return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
  }

  function pair(id, fresh) {
    return [document.getElementById(id), fresh.getElementById(id)];
  }

  function renewCode(fresh) {
    const [old, found] = pair("live", fresh);
    if (old.dataset.mark === found.dataset.mark) return;
    old.dataset.mark = found.dataset.mark;
    old.replaceChildren(...found.childNodes);
  }

  function renewTally(fresh) {
    const [old, found] = pair("tally", fresh);
    if (old.textContent !== found.textContent) old.textContent = found.textContent; // it speaks when it changes
  }

  function renewList(fresh) {
    const [old, found] = pair("list", fresh);
    if (old && found && old.innerHTML !== found.innerHTML && !isBusy(old)) old.replaceChildren(...found.childNodes);
  }

  async function refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      renewCode(fresh);
      renewTally(fresh);
      renewList(fresh);
      failures = 0;
    } catch {
      failures += 1;
    }
    document.getElementById("stale").hidden = failures < PATIENCE;
  }

  function tick() {
    const left = document.getElementById("left");
    const seconds = left ? Number(left.textContent) - 1 : -1;
    if (seconds === 0) refresh();
    if (seconds >= 0) left.textContent = String(seconds);
  }

  setInterval(refresh, EVERY_MS);
  setInterval(tick, 1000);
})();
