/* The xAPI statement of a time slice: verb experienced, the interval as an extension, timestamp at its end. */

const VERB = { id: "http://adlnet.gov/expapi/verbs/experienced", display: { "zh-CN": "学习", "en-US": "experienced" } };

/**
 * @param {{id: string, start: number, end: number, session: string, presence?: object}} slice in device time
 * @param {object} settings of the page
 * @param {(wallMs: number) => string} format device time as the server tells it
 */
export function toStatement(slice, settings, format) {
  const extension = (name) => settings.vocabulary + "/extensions/" + name;
  const end = format(slice.end);
  const extensions = { [extension("interval")]: { start: format(slice.start), end } };
  if (slice.presence) extensions[extension("presence-checks")] = presence(slice.presence, format);
  return {
    id: slice.id,
    actor: settings.actor,
    verb: VERB,
    object: activity(settings),
    result: { duration: "PT" + ((slice.end - slice.start) / 1000).toFixed(2) + "S", extensions },
    context: context(settings, {
      [extension("session")]: slice.session,
      ...(settings.focusPoints.length && { [extension("focus-points")]: settings.focusPoints }),
    }),
    timestamp: end,
  };
}

function activity(settings) {
  const name = { [settings.language]: settings.activityName || settings.activityId };
  return { objectType: "Activity", id: settings.activityId, definition: { type: settings.activityType, name } };
}

function context(settings, extensions) {
  const activities = {
    category: [{ id: settings.vocabulary }, { id: settings.vocabulary + "/components/online" }],
    ...(settings.parent && { parent: [{ id: settings.parent }] }),
  };
  return {
    ...(settings.registration && { registration: settings.registration }),
    contextActivities: activities,
    language: settings.language,
    extensions,
  };
}

function presence({ shown, answered, lastAnswered }, format) {
  return { shown, answered, ...(lastAnswered && { lastAnswered: format(lastAnswered) }) };
}
