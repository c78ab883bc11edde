/* A login or launch in a frame whose browser may keep no cookies of ours (LTI Client Side postMessages).
 *
 * Login: if cookies are kept, go on; else let the platform keep our secret, then go on; else offer a new window.
 * A platform whose dialogue waits around this frame takes an answer from this frame only (Moodle): what is chosen in the
 * new window comes back here as a message of our own page (`picked.js`) and is posted to the platform from here.
 * Launch: get the secret back from the platform and post the launch again with it; an empty one says that none came.
 */
(() => {
  "use strict";

  const PATIENCE = 3000; // milliseconds: a platform that has not answered by then will not
  const form = document.getElementById("handover");
  const { origin, frame, key, value, step } = form.dataset;

  function keepsCookies() {
    const attributes = location.protocol === "https:" ? "; path=/; SameSite=None; Secure; Partitioned" : "; path=/";
    try {
      document.cookie = "xuefen_probe=1" + attributes;
      const kept = document.cookie.includes("xuefen_probe=1");
      document.cookie = "xuefen_probe=; max-age=0" + attributes;
      return kept;
    } catch {
      return false; // a sandboxed frame may not even ask
    }
  }

  function platformFrame() {
    const platform = window.opener || window.parent;
    if (frame === "_parent") return platform;
    try {
      return platform.frames[frame] || platform;
    } catch {
      return platform; // no frame of that name that we may see
    }
  }

  /** Ask the platform's frame; resolves with its answer, rejects on an error or on silence. */
  function ask(subject, more) {
    return new Promise((resolve, reject) => {
      const id = "xuefen-" + Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
      const timer = setTimeout(() => finish(reject, new Error("no answer")), PATIENCE);

      function finish(how, what) {
        clearTimeout(timer);
        removeEventListener("message", listen);
        how(what);
      }

      function listen(event) {
        const answer = event.data;
        if (event.origin !== origin || typeof answer !== "object" || answer === null) return;
        if (answer.message_id !== id || answer.subject !== subject + ".response") return;
        if (answer.error) finish(reject, new Error(answer.error.code));
        else finish(resolve, answer);
      }

      addEventListener("message", listen);
      platformFrame().postMessage({ subject, message_id: id, key, ...more }, origin);
    });
  }

  /** Post the answer of the new window to the platform, once; the browser lets us post to registered platforms only. */
  function handBack(event) {
    const answer = event.data;
    if (event.origin !== location.origin || typeof answer !== "object" || answer === null) return;
    if (answer.subject !== "xuefen.picked" || typeof answer.url !== "string" || typeof answer.token !== "string") return;
    removeEventListener("message", handBack);
    event.source.postMessage({ subject: "xuefen.picked.response" }, event.origin);
    const back = document.getElementById("handover-back");
    back.action = answer.url;
    back.elements.JWT.value = answer.token;
    back.submit();
  }

  function offerWindow() {
    addEventListener("message", handBack);
    document.getElementById("handover-wait").hidden = true;
    document.getElementById("handover-window").hidden = false;
  }

  async function login() {
    if (!keepsCookies()) {
      if (!frame) return offerWindow();
      try {
        await ask("lti.put_data", { value });
      } catch {
        return offerWindow();
      }
    }
    location.replace(form.action);
  }

  async function launch() {
    try {
      const answer = await ask("lti.get_data", {});
      form.elements.lti_kept.value = typeof answer.value === "string" ? answer.value : "";
    } catch {
      form.elements.lti_kept.value = "";
    }
    form.submit();
  }

  if (step === "login") login();
  else launch();
})();
