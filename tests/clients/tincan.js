// TinCanJS: send, read back, page, use state and profiles; prints what it saw as JSON.
const TinCan = require("tincanjs");

const [endpoint, key, secret] = process.argv.slice(2);
const lrs = new TinCan.LRS({ endpoint, username: key, password: secret, allowFail: false });
const agent = new TinCan.Agent({ account: { homePage: "https://moodle.example.org", name: "a6f10c3e" } });
const activity = new TinCan.Activity({ id: "https://content.example.org/au/3" });

/** A call of TinCanJS, which tells (error, result) to a callback, as a promise of the result. */
function ask(method, ...words) {
  const options = words.at(-1);
  return new Promise((resolve, reject) => {
    const callback = (error, result) =>
      error === null ? resolve(result) : reject(new Error(`${method}: ${error} ${result && result.responseText}`));
    lrs[method](...words.slice(0, -1), { ...options, callback });
  });
}

function learned() {
  return new TinCan.Statement({
    actor: { account: { homePage: "https://moodle.example.org", name: "a6f10c3e" } },
    verb: { id: "http://adlnet.gov/expapi/verbs/experienced" },
    target: { id: activity.id },
    result: { duration: "PT38M20S", score: { scaled: 0.9 } },
  });
}

async function run() {
  const first = learned();
  await ask("saveStatement", first, {});
  const batch = [learned(), learned(), learned()];
  await ask("saveStatements", batch, {});
  const read = await ask("retrieveStatement", first.id, {});

  const paged = [];
  let page = await ask("queryStatements", { params: { agent, limit: 3 } });
  paged.push(...page.statements);
  while (page.more) {
    page = await ask("moreStatements", { url: page.more });
    paged.push(...page.statements);
  }

  const place = { agent, activity };
  await ask("saveState", "bookmark", { page: 1 }, { ...place, contentType: "application/json" });
  const state = await ask("retrieveState", "bookmark", place);
  const names = await ask("retrieveStateIds", place);
  await ask("saveState", "bookmark", { page: 2 }, {
    ...place,
    contentType: "application/json",
    lastSHA1: TinCan.Utils.getSHA1String(JSON.stringify({ page: 1 })),
  });
  const later = await ask("retrieveState", "bookmark", place);
  await ask("dropState", "bookmark", place);
  const none = await ask("retrieveStateIds", place);

  await ask("saveActivityProfile", "hints", "第一", { activity, contentType: "text/plain" });
  const hints = await ask("retrieveActivityProfile", "hints", { activity });
  await ask("saveAgentProfile", "preferences", "安静", { agent, contentType: "text/plain" });
  const preferences = await ask("retrieveAgentProfile", "preferences", { agent });

  return {
    first: first.id,
    batch: batch.map((one) => one.id),
    read: { id: read.id, duration: read.result.duration, stored: read.stored },
    paged: paged.map((one) => one.id),
    state: state.contents,
    names,
    later: later.contents,
    none,
    hints: hints.contents,
    preferences: preferences.contents,
  };
}

run().then((seen) => console.log(JSON.stringify(seen)));
