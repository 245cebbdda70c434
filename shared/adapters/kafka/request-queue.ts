import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

/** kafkajs's own interval. */
const RECHECK_MS = 10;

/**
 * Stops kafkajs 2.2.4 from arming a timer with a negative delay after every request, which wakes an idle process up to
 * a thousand times a second for each connection. Whatever adds to `pending` schedules a check itself, so that none is
 * needed while nothing waits. Call it before the first client is made. Throws Error where kafkajs has no such method.
 */
export function quietRequestQueue(): void {
  if (typeof RequestQueue.prototype.scheduleCheckPendingRequests !== "function") {
    throw new Error("kafkajs has no RequestQueue.scheduleCheckPendingRequests: its pinned version 2.2.4 is needed");
  }
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const wait = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    wait > 0 ? wait : RECHECK_MS,
  );
}
