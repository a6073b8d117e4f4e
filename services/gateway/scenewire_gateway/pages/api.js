/** Asks the gateway, and follows its events. Every error is a Problem, whatever went wrong. */

const KINDS = [
  "state",
  "order",
  "script",
  "narration",
  "footage",
  "segment",
  "video",
  "failure",
  "cancellation",
  "deletion",
  "reset",
  "progress",
];
const READ_AGAIN_MS = 500;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
const UNSEEN_MS = 5_000; // for those who come back at once

/** Fires `unauthorized` when the gateway asks who is there. */
export const session = new EventTarget();

/** An answer of the gateway that is not the wanted one. */
export class Problem extends Error {
  constructor({ status = 0, code = "", title = "", detail = "", hint = "", ...more } = {}) {
    super(detail || title || String(status));
    Object.assign(this, { status, code, title, detail, hint, more });
  }

  /** Messages by the name of the field that each is about, such as `look.theme`. */
  get fields() {
    return (this.more.errors ?? []).map(({ field, message }) => [field, message]);
  }
}

/**
 * Makes one request and returns the JSON of its answer, or null.
 *
 * @throws {Problem} the status is 0 if the gateway can't be reached.
 */
export async function call(method, path, { body, type = "application/json", headers = {}, signal } = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers }, signal, credentials: "same-origin" };
  if (body !== undefined) {
    request.headers["Content-Type"] = type;
    request.body = type === "application/json" ? JSON.stringify(body) : body;
  }
  let response;
  try {
    response = await fetch(path, request).catch((error) => again(path, request, error));
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ code: "unreachable" });
  }
  const answer = await json(response);
  if (response.ok) return answer;
  throw refused(response.status, answer);
}

/** Reads once more what could not be reached: networks change, and servers close connections that rest. */
async function again(path, request, error) {
  if (request.method !== "GET" || error.name === "AbortError") throw error;
  await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
  return fetch(path, request);
}

async function json(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return { detail: text.slice(0, 300) };
  }
}

function refused(status, answer) {
  if (status === 401) session.dispatchEvent(new Event("unauthorized"));
  return new Problem({ ...answer, status });
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { body, ...options });

/**
 * Uploads a file and reports how much of it is sent.
 *
 * @param {File} file
 * @param {(share: number) => void} onProgress
 * @returns {{answer: Promise<object>, cancel: () => void}}
 */
export function upload(file, onProgress) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 0));
    request.addEventListener("load", () => {
      const { status, response } = request;
      if (status >= 200 && status < 300) resolve(response);
      else reject(refused(status, response));
    });
    request.addEventListener("error", () => reject(new Problem({ code: "unreachable" })));
    request.addEventListener("abort", () => reject(new DOMException("The upload was cancelled.", "AbortError")));
  });
  request.open("POST", `/v1/uploads?name=${encodeURIComponent(file.name)}`);
  request.responseType = "json";
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.send(file);
  return { answer, cancel: () => request.abort() };
}

/** Returns a function that asks once, and again after a failure. */
function askedOnce(path) {
  let answer = null;
  return () => {
    answer ??= get(path).catch((problem) => {
      answer = null;
      throw problem;
    });
    return answer;
  };
}

/** Returns who uses this browser: `{name, scope}`. */
export const caller = askedOnce("/v1/session");

/** Returns what orders can choose from. */
export const choices = askedOnce("/v1/choices");

/** Returns 32 random hexadecimal digits, also where the page is not served over https. */
export function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fires `lost` and `found`. */
export const connection = new EventTarget();

/**
 * Follows a stream of events until the returned function is called.
 *
 * EventSource itself reconnects after a lost connection and names the last event that it has, so nothing is missed.
 * After an answer that is not a stream it gives up: then the stream is opened again, and `onGap` reads what may have been
 * missed.
 *
 * Browsers open few connections to one host. A page that nobody sees gives its own back: other tabs, and pages that the
 * browser keeps for the way back, would otherwise stand still. Shown again, it asks for what it missed.
 *
 * @param {string} path
 * @param {{onEvent: (kind: string, data: object) => void, onGap: () => void}} handlers
 */
export function follow(path, { onEvent, onGap }) {
  let source = null;
  let timer = 0;
  let delay = FIRST_DELAY_MS;
  let lost = false;
  let last = "";

  function setLost(state) {
    if (state === lost) return;
    lost = state;
    connection.dispatchEvent(new Event(lost ? "lost" : "found"));
  }

  function open() {
    source = new EventSource(last ? `${path}?after=${last}` : path);
    source.addEventListener("open", () => {
      delay = FIRST_DELAY_MS;
      if (lost) onGap();
      setLost(false);
    });
    source.addEventListener("error", () => {
      setLost(true);
      if (source.readyState !== EventSource.CLOSED) return;
      source = null;
      onGap();
      timer = setTimeout(open, delay);
      delay = Math.min(delay * 2, MAX_DELAY_MS);
    });
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId || last;
        if (kind === "reset") return onGap(); // the gateway follows another stream
        return onEvent(kind, JSON.parse(event.data));
      });
    }
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
    setLost(false);
  }

  function resume() {
    clearTimeout(timer);
    if (source) return;
    if (!last) onGap();
    open();
  }

  function onVisibility() {
    clearTimeout(timer);
    if (document.visibilityState === "visible") resume();
    else if (!isPlaying()) timer = setTimeout(close, UNSEEN_MS);
  }

  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("pagehide", close);
  addEventListener("pageshow", resume);
  open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    removeEventListener("pagehide", close);
    removeEventListener("pageshow", resume);
    close();
  };
}

const isPlaying = () => [...document.querySelectorAll("video, audio")].some((media) => !media.paused);
