/** Follows the gateway's events over one connection that comes back by itself. */

const KINDS = ["order", "script", "narration", "footage", "segment", "video", "failure", "cancellation", "deletion", "progress"];
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Fires `lost` and `found`. */
export const connection = new EventTarget();

/**
 * Follows a stream of events until the returned function is called.
 *
 * EventSource itself reconnects after a lost connection and names the last event that it has, so nothing is missed. After an
 * answer that is not a stream it gives up: then the stream is opened again, and `onGap` reads what may have been missed.
 *
 * @param {string} path
 * @param {{onEvent: (kind: string, data: object) => void, onGap: () => void}} handlers
 */
export function follow(path, { onEvent, onGap }) {
  let source = null;
  let timer = 0;
  let delay = FIRST_DELAY_MS;
  let lost = false;

  function setLost(state) {
    if (state === lost) return;
    lost = state;
    connection.dispatchEvent(new Event(lost ? "lost" : "found"));
  }

  function open() {
    source = new EventSource(path);
    source.addEventListener("open", () => {
      delay = FIRST_DELAY_MS;
      if (lost) onGap();
      setLost(false);
    });
    source.addEventListener("error", () => {
      setLost(true);
      if (source.readyState !== EventSource.CLOSED) return;
      onGap();
      timer = setTimeout(open, delay);
      delay = Math.min(delay * 2, MAX_DELAY_MS);
    });
    for (const kind of KINDS) source.addEventListener(kind, (event) => onEvent(kind, JSON.parse(event.data)));
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
    setLost(false);
  };
}
