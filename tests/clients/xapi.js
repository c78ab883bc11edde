// @xapi/xapi: send, read back, page, void, use state and profiles; prints what it saw as JSON.
const { default: XAPI } = require("@xapi/xapi");

const [endpoint, key, secret] = process.argv.slice(2);
const agent = { account: { homePage: "https://moodle.example.org", name: "a6f10c3e" }, name: "张老师" };
const activity = { id: "https://content.example.org/au/3", definition: { name: { "zh-CN": "第三课" } } };
const experienced = { id: "http://adlnet.gov/expapi/verbs/experienced", display: { en: "experienced" } };

function learned(response) {
  return { actor: agent, verb: experienced, object: activity, result: { response } };
}

async function run() {
  const options = { endpoint, auth: XAPI.toBasicAuth(key, secret), version: "1.0.3" };
  const xapi = new XAPI(options);
  const [first] = (await xapi.sendStatement({ statement: learned("first") })).data;
  const batch = (await xapi.sendStatements({ statements: ["a", "b", "c", "d"].map(learned) })).data;
  const read = (await xapi.getStatement({ statementId: first })).data;

  const paged = [];
  let page = (await xapi.getStatements({ agent, verb: experienced.id, activity: activity.id, limit: 2 })).data;
  paged.push(...page.statements);
  while (page.more) {
    page = (await xapi.getMoreStatements({ more: page.more })).data;
    paged.push(...page.statements);
  }

  const [voiding] = (await xapi.voidStatement({ actor: agent, statementId: first })).data;
  const voided = (await xapi.getVoidedStatement({ voidedStatementId: first })).data;

  const content = new TextEncoder().encode("签到照片").buffer;
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", content)).toString("hex");
  const attachment = {
    usageType: "https://example.org/usage/photo",
    display: { "zh-CN": "照片" },
    contentType: "text/plain",
    length: content.byteLength,
    sha2: digest,
  };
  const withPhoto = { ...learned("photo"), attachments: [attachment] };
  // Its default adapter, axios, replaces the content type of a multipart body when it runs in Node.
  const fetching = new XAPI({ ...options, adapter: "fetch" });
  const [photo] = (await fetching.sendStatement({ statement: withPhoto, attachments: [content] })).data;

  const place = { agent, activityId: activity.id, stateId: "bookmark" };
  await xapi.setState({ ...place, state: { page: 1 } });
  await xapi.createState({ ...place, state: { answered: true } });
  const state = await xapi.getState(place);
  const states = (await xapi.getStates({ agent, activityId: activity.id })).data;
  await xapi.setState({ ...place, state: { page: 9 }, etag: state.headers.etag, matchHeader: "If-Match" });
  const late = await xapi
    .setState({ ...place, state: {}, etag: state.headers.etag, matchHeader: "If-Match" })
    .catch((error) => error.response.status);
  await xapi.deleteState(place);
  const gone = await xapi.getState(place).catch((error) => error.response.status);

  const profile = { agent, profileId: "preferences" };
  await xapi.setAgentProfile({ ...profile, profile: { language: "zh-CN" }, etag: "*", matchHeader: "If-None-Match" });
  const preferences = (await xapi.getAgentProfile(profile)).data;
  await xapi.createActivityProfile({ activityId: activity.id, profileId: "hints", profile: { hint: 1 } });
  const hints = (await xapi.getActivityProfile({ activityId: activity.id, profileId: "hints" })).data;

  return {
    first,
    batch,
    read,
    paged: paged.map((one) => one.id),
    voiding,
    voided: voided.id,
    photo,
    state: state.data,
    states,
    late,
    gone,
    preferences,
    hints,
    about: (await xapi.getAbout()).data.version,
    person: (await xapi.getAgent({ agent })).data.name,
    activity: (await xapi.getActivity({ activityId: activity.id })).data.definition.name,
  };
}

run().then((seen) => console.log(JSON.stringify(seen)));
