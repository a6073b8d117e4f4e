/** Voices of a language as options of a select. */

import { el, fill } from "/pages/dom.js";
import { words } from "/pages/words.js";

const NO_VOICE = "none";

const base = (tag) => tag.toLowerCase().split("-")[0];

/** Returns the voices that speak a language; all of them where no language is chosen. */
export function voicesOf(voices, language) {
  return language ? voices.filter((voice) => base(voice.language) === base(language)) : voices;
}

/** Fills a select with the voices of a language, in groups by their engine. */
export function fillVoices(select, voices, { chosen, language, unchosen }) {
  const groups = Map.groupBy(voicesOf(voices, language), ({ engine }) => engine ?? "");
  const option = (value, text) => el("option", { value, selected: value === chosen }, text);
  const parts = [...groups].map(([engine, members]) => {
    const options = members.map(({ name }) => option(name, name));
    return engine ? el("optgroup", { label: engine }, options) : options;
  });
  const known = ["", NO_VOICE, ...voices.map(({ name }) => name)];
  fill(select, option("", unchosen), parts, option(NO_VOICE, words.noVoice), !known.includes(chosen) && option(chosen, chosen));
}
