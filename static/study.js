/* The note above embedded content: what has been counted so far, and whether it is counting now. */
(function () {
  "use strict";
  window.opener = null; // content in the frame has no business with the page that this window was opened from
  const pulse = document.getElementById("pulse");
  const state = document.getElementById("pulse-state");
  const counted = document.getElementById("counted");
  const before = Number(pulse.dataset.counted);

  function say(text) {
    if (state.textContent !== text) state.textContent = text; // a status region speaks only when it changes
  }

  document.addEventListener("xuefen:heartbeat", (event) => {
    const told = event.detail;
    const isCounting = told.state === "counting";
    pulse.classList.toggle("counting", isCounting);
    say(pulse.dataset[told.sending === "sent" || !isCounting ? told.state : told.sending] || pulse.dataset.counting);
    if (told.countedSeconds !== undefined) {
      counted.textContent = String(Math.floor((before + told.countedSeconds) / 60));
    }
  });
})();
