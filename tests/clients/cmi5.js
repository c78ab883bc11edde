// @xapi/cmi5: a whole session of an assignable unit, from the fetch URL to terminated; prints what it saw as JSON.
const XMLHttpRequest = require("xhr2");

global.XMLHttpRequest = XMLHttpRequest; // the library is built for browsers
const Cmi5 = require("@xapi/cmi5/dist/Cmi5.umd.js");

const [endpoint, fetch, actor, registration, activityId] = process.argv.slice(2);

async function run() {
  const unit = new Cmi5({ endpoint, fetch, actor: JSON.parse(actor), registration, activityId });
  await unit.initialize();
  await unit.progress(50);
  await unit.interactionTrueFalse("test-1", "question-1", true, true);
  await unit.interactionChoice("test-1", "question-2", ["a"], ["a", "b"], [{ id: "a" }, { id: "b" }]);
  await unit.complete();
  await unit.pass({ scaled: 0.9 });
  await unit.terminate();
  return { mode: unit.getLaunchData().launchMode, preferences: unit.getLearnerPreferences() };
}

run().then((seen) => console.log(JSON.stringify(seen)));
