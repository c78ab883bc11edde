/* The few words that the heartbeat itself says to a learner. */

const WORDS = {
  zh: { title: "还在学习吗？", body: "请确认，以便继续计入学习时长。", answer: "我在学习" },
  en: { title: "Still studying?", body: "Please confirm, so that your time goes on counting.", answer: "Yes, I am here" },
};

export function wordsFor(language) {
  return language.toLowerCase().startsWith("zh") ? WORDS.zh : WORDS.en;
}
