/** What the video is about: a topic, or its words. */

import { el, setText } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { words } from "/pages/words.js";
import { field, group, pick } from "/pages/order/fields.js";

const MAX_CHARACTERS = 200_000;
const LENGTHS_S = [30, 60, 120, 300, 600];

export function textFields(state) {
  const topic = el("input", {
    type: "text",
    maxlength: 300,
    value: state.topic,
    placeholder: words.topicExample,
    on: { input: () => (state.topic = topic.value) },
  });
  const examples = el(
    "p",
    { class: "examples" },
    words.try,
    " ",
    words.topics.map((text) => [
      el("button", { class: "link", type: "button", on: { click: () => take(text) } }, text),
      " ",
    ]),
  );
  const text = el("textarea", {
    rows: 9,
    maxlength: MAX_CHARACTERS,
    value: state.text,
    placeholder: words.textExample,
    on: { input: () => typed(), drop: (event) => dropped(event), dragover: (event) => event.preventDefault() },
  });
  const count = el("p", { class: "hint" });
  const file = el("input", {
    type: "file",
    accept: ".txt,.md,.srt,.vtt,.html,.json,.jsonl,.csv,.fountain",
    on: { change: () => read(file.files[0]) },
  });
  const title = el("input", {
    type: "text",
    maxlength: 300,
    value: state.title,
    on: { input: () => (state.title = title.value) },
  });
  const ofTopic = el("div", {}, field(words.topic, topic, "topic", examples));
  const ofText = el(
    "div",
    {},
    field(words.script, text, "text scenes", count),
    field(words.scriptFile, file, "file"),
    field(words.titleOptional, title, "title"),
  );

  function take(example) {
    topic.value = example;
    state.topic = example;
    topic.focus();
  }

  function typed() {
    state.text = text.value;
    setText(count, words.characters(format.number(text.value.length)));
  }

  function dropped(event) {
    const [first] = event.dataTransfer.files;
    if (!first) return; // dropped words are inserted by the browser
    event.preventDefault();
    read(first);
  }

  async function read(chosen) {
    text.value = await chosen.text();
    typed();
  }

  function choose(source) {
    state.source = source;
    ofTopic.hidden = source !== "topic";
    ofText.hidden = source === "topic";
  }

  typed();
  choose(state.source);
  return group(
    words.whatAbout,
    pick(
      words.startFrom,
      [
        { value: "topic", content: words.aTopic },
        { value: "text", content: words.ownWords },
      ],
      { chosen: state.source, onChosen: choose, path: "source" },
    ),
    ofTopic,
    ofText,
    lengths(state),
  );
}

function lengths(state) {
  const options = [
    { value: "", content: words.anyLength },
    ...LENGTHS_S.map((seconds) => ({ value: String(seconds), content: format.length(seconds) })),
  ];
  return pick(words.length, options, {
    chosen: state.seconds ? String(state.seconds) : "",
    onChosen: (value) => (state.seconds = value ? Number(value) : null),
    path: "target_duration",
    hint: words.lengthMore,
  });
}
