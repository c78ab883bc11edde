/* What the heartbeat needs to know: data attributes of its tag first, then the page's xAPI launch parameters. */

const LAUNCH_PARAMETERS = ["endpoint", "auth", "actor", "registration", "activity_id"];
const REQUIRED = { endpoint: "endpoint", auth: "auth", actor: "actor", activityId: "activity_id" };
const MINUTE = 60_000;

/* The names of the minutes are those of the rule sets. */
const NUMBERS = {
  sliceMin: 5, // a slice is sent after so many minutes, and when the page is hidden or closed
  heartbeatSeconds: 60, // a longer stretch without a tick (sleep) counts nothing
  idleMin: 5, // no sign of the learner for so long: the counting stops
  frameIdleMin: 15, // the same while the focus is inside an embedded page that cannot be listened to
  presenceCheckEveryMin: 0, // ask "still there?" after so many counted minutes; 0 never asks
  presenceAnswerSeconds: 90, // how long the question waits
};

/**
 * All settings of a tag.
 * @throws {Error} naming every parameter that is missing or unusable.
 */
export function readSettings(tag, address = window.location) {
  const given = { ...fromAddress(address), ...withoutBlanks(tag.dataset) };
  const problems = Object.keys(REQUIRED)
    .filter((name) => !given[name])
    .map((name) => REQUIRED[name] + " is missing");
  const actor = parse(given.actor, problems);
  const numbers = readNumbers(given, problems);
  if (problems.length) throw new Error(problems.join("; "));
  return {
    endpoint: new URL(given.endpoint.replace(/\/?$/, "/"), document.baseURI).href,
    auth: given.auth,
    actor,
    registration: given.registration || null,
    activityId: given.activityId,
    activityName: given.activityName || document.title,
    activityType: given.activityType || "https://w3id.org/xapi/acrossx/activities/page",
    parent: given.parent || null,
    focusPoints: (given.focusPoints || "").split(",").filter(Boolean),
    vocabulary: (given.vocabulary || "https://ts2.example.org/xapi").replace(/\/$/, ""),
    language: given.language || document.documentElement.lang || navigator.language || "zh-CN",
    frame: given.frame || null,
    sliceMs: numbers.sliceMin * MINUTE,
    gapMs: numbers.heartbeatSeconds * 1000,
    idleMs: numbers.idleMin * MINUTE,
    frameIdleMs: numbers.frameIdleMin * MINUTE,
    presenceEveryMs: numbers.presenceCheckEveryMin * MINUTE,
    presenceAnswerMs: numbers.presenceAnswerSeconds * 1000,
  };
}

function fromAddress(address) {
  const query = new URLSearchParams(address.search);
  const found = {};
  for (const name of LAUNCH_PARAMETERS) {
    if (query.get(name)) found[name === "activity_id" ? "activityId" : name] = query.get(name);
  }
  return found;
}

function withoutBlanks(dataset) {
  return Object.fromEntries(Object.entries(dataset).filter(([, value]) => value.trim() !== ""));
}

function parse(text, problems) {
  if (!text) return null;
  try {
    return tidyActor(JSON.parse(text));
  } catch {
    problems.push("actor is not JSON");
    return null;
  }
}

/* Some launchers still send lists, as xAPI 0.9 had them. */
function tidyActor(actor) {
  const first = (value) => (Array.isArray(value) ? value[0] : value);
  const tidy = Object.fromEntries(Object.entries(actor).map(([name, value]) => [name, first(value)]));
  const old = tidy.account && tidy.account.accountServiceHomePage;
  return old ? { ...tidy, account: { homePage: old, name: tidy.account.accountName } } : tidy;
}

function readNumbers(given, problems) {
  const numbers = {};
  for (const [name, standard] of Object.entries(NUMBERS)) {
    numbers[name] = given[name] === undefined ? standard : Number(given[name]);
    if (!Number.isFinite(numbers[name]) || numbers[name] < 0) problems.push(name + " is not a number");
  }
  return numbers;
}
