/** Numbers, lengths and dates as the reader's language writes them. */

import { locale } from "/pages/preferences.js";
import { words } from "/pages/words.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Formats a length or a place in a video, such as 1:05. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / HOUR), Math.floor((whole % HOUR) / MINUTE), whole % MINUTE];
  const [hours, minutes, rest] = parts;
  const tail = String(rest).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Formats the length of a video as a reader says it, such as 1 min 5 s. */
export function length(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  const unit = (value, name) =>
    new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  const parts = [
    [Math.floor(whole / HOUR), "hour"],
    [Math.floor((whole % HOUR) / MINUTE), "minute"],
    [whole < HOUR ? whole % MINUTE : 0, "second"],
  ];
  return parts
    .filter(([value]) => value)
    .map(([value, name]) => unit(value, name))
    .join(" ");
}

/** Formats a time that remains, rounded so that it doesn't flicker. */
export function timeLeft(seconds) {
  const step = seconds < 20 ? 5 : seconds < 100 ? 10 : MINUTE;
  return words.timeLeft(length(Math.max(5, Math.ceil(seconds / step) * step)));
}

/** Formats a share from 0 to 100. */
export function percent(value) {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(value / 100);
}

export function number(value) {
  return new Intl.NumberFormat(locale()).format(value);
}

export function bytes(value) {
  const [amount, unit] = value < 1e6 ? [value / 1e3, "kilobyte"] : [value / 1e6, "megabyte"];
  return new Intl.NumberFormat(locale(), { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
}

/** Formats a date as its distance from now, such as 2 hours ago. */
export function age(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < MINUTE) return words.justNow;
  if (size < HOUR) return format.format(Math.round(seconds / MINUTE), "minute");
  if (size < DAY) return format.format(Math.round(seconds / HOUR), "hour");
  if (size < 30 * DAY) return format.format(Math.round(seconds / DAY), "day");
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(iso));
}

export function dateTime(iso) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** Names a language by its tag. */
export function languageName(tag) {
  try {
    return new Intl.DisplayNames(locale(), { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}
