/*
 * Xuefen heartbeat: one tag that turns visible, active time on a page into xAPI time slices.
 *
 *   <script src="https://xuefen.example.org/static/heartbeat.js"
 *           data-endpoint="https://xuefen.example.org/xapi/" data-auth="Basic …"
 *           data-actor='{"account": {"homePage": "https://lms.example.org", "name": "42"}}'
 *           data-activity-id="https://content.example.org/lessons/3"></script>
 *
 * Without data attributes the parameters of an xAPI launch are read from the page's address
 * (endpoint, auth, actor, registration, activity_id). All attributes: heartbeat/settings.js.
 * What happens is told by `xuefen:heartbeat` events on this tag.
 */
(function () {
  "use strict";
  const tag = document.currentScript;
  import(new URL("heartbeat/main.js", tag.src).href)
    .then((heartbeat) => heartbeat.start(tag))
    .catch((error) => {
      tag.dispatchEvent(
        new CustomEvent("xuefen:heartbeat", { bubbles: true, detail: { state: "unavailable", message: error.message } }),
      );
      console.error("Xuefen heartbeat does not count on this page: " + error.message);
    });
})();
