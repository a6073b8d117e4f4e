/** Language, voice and music. */

import { el, fill } from "/pages/dom.js";
import * as format from "/pages/format.js";
import { ListenButton } from "/pages/parts/listen.js";
import { defaultVoice, fillVoices } from "/pages/parts/voices.js";
import { Uploads } from "/pages/parts/uploads.js";
import { words } from "/pages/words.js";
import { field, group, pick } from "/pages/order/fields.js";
import { OWN_MUSIC } from "/pages/order/order_state.js";

const NO_VOICE = "none";

export function soundFields(state, offered) {
  const sound = new Audio();
  sound.preload = "none";
  const labels = new Map(offered.voices.filter((voice) => voice.is_default).map(({ language, label }) => [language, label]));
  const nameOf = (tag) => {
    const name = format.languageName(tag);
    return name === tag ? (labels.get(tag) ?? tag) : name;
  };
  const names = offered.languages
    .map((tag) => [tag, nameOf(tag)])
    .sort(([, one], [, other]) => one.localeCompare(other));
  const language = el(
    "select",
    { on: { change: () => changeLanguage() } },
    el("option", { value: "" }, words.detect),
    names.map(([tag, name]) => el("option", { value: tag, selected: tag === state.language }, name)),
  );
  const voice = el("select", { on: { change: () => changeVoice() } });
  const sample = el("div", { class: "sample" });
  const speed = el("input", {
    type: "range",
    min: 0.7,
    max: 1.5,
    step: 0.05,
    value: state.speed,
    on: { input: () => changeSpeed() },
  });
  const speedText = el("output", { class: "time" });

  function changeLanguage() {
    state.language = language.value;
    state.voice = "";
    drawVoices();
  }

  function changeVoice() {
    state.voice = voice.value;
    drawSample();
  }

  function changeSpeed() {
    state.speed = Number(speed.value);
    fill(speedText, format.number(state.speed), "×");
  }

  function drawVoices() {
    fillVoices(voice, offered.voices, { chosen: state.voice, language: state.language, unchosen: words.defaultVoice });
    drawSample();
  }

  function drawSample() {
    const name = state.voice || defaultVoice(offered, state.language || document.documentElement.lang)?.name;
    const tag = state.language || offered.voices.find((voice) => voice.name === name)?.language;
    const query = tag ? `?language=${encodeURIComponent(tag)}` : "";
    sound.pause();
    fill(
      sample,
      name &&
        name !== NO_VOICE &&
        new ListenButton(sound, `/v1/voices/${encodeURIComponent(name)}/sample${query}`, words.listenTo(name)).node,
    );
  }

  drawVoices();
  changeSpeed();
  const voiceField = field(words.voice, voice, "voice");
  voiceField.append(sample);
  return group(
    words.voiceAndMusic,
    el("div", { class: "field-row" }, field(words.language, language, "language"), voiceField),
    field(words.speed, speed, "speed", speedText),
    music(state, offered),
  );
}

function music(state, { moods }) {
  const uploads = new Uploads({
    accept: "audio/*",
    multiple: false,
    files: state.music,
    onChange: () => (state.music = uploads.files),
  });
  const own = el("div", {}, uploads.node);

  function choose(mood) {
    state.mood = mood;
    own.hidden = mood !== OWN_MUSIC;
  }

  const names = ["", ...(moods ?? []), OWN_MUSIC];
  const labels = { ...words.moods, "": words.noMusic, [OWN_MUSIC]: words.ownFile };
  choose(state.mood);
  return [
    pick(
      words.music,
      names.map((value) => ({ value, content: labels[value] ?? value })),
      { chosen: state.mood, onChosen: choose, path: "music" },
    ),
    own,
  ];
}
