/** Voices of a language as options of a select. */

import { el, fill } from "/pages/dom.js";
import { languageName } from "/pages/format.js";
import { words } from "/pages/words.js";

const NO_VOICE = "none";

const base = (tag) => tag.toLowerCase().split("-")[0];

/** Returns the voices that speak a language; all of them where no language is chosen. */
function voicesOf(voices, language) {
  return language ? voices.filter(({ languages }) => languages.some((tag) => base(tag) === base(language))) : voices;
}

/** Returns the voice that speaks where an order names none. */
export function defaultVoice({ voices, default_voice: name }, language) {
  return voices.find((voice) => voice.name === name) ?? voicesOf(voices, language).find((voice) => voice.is_default);
}

/** Fills a select with the voices of a language in groups by their engine, or with all voices in groups by language. */
export function fillVoices(select, voices, { chosen, language, unchosen }) {
  const groups = Map.groupBy(voicesOf(voices, language), (voice) =>
    language ? voice.engine : languageName(voice.language),
  );
  const option = (value, text) => el("option", { value, selected: value === chosen }, text);
  const parts = [...groups]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([title, members]) => {
      const options = members.map(({ name, label }) => option(name, label === name ? name : `${label} (${name})`));
      return el("optgroup", { label: title }, options);
    });
  const known = ["", NO_VOICE, ...voices.map(({ name }) => name)];
  fill(
    select,
    option("", unchosen),
    parts,
    option(NO_VOICE, words.noVoice),
    !known.includes(chosen) && option(chosen, chosen),
  );
}
