import { execFileSync } from "node:child_process";
import { join } from "node:path";
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";
import { expect, it } from "vitest";
import { quietRequestQueue } from "./request-queue.ts";

it("replaces a method that kafkajs has, and refuses a kafkajs without it", () => {
  const before = RequestQueue.prototype.scheduleCheckPendingRequests;
  expect(before).toBeTypeOf("function");
  quietRequestQueue();
  expect(RequestQueue.prototype.scheduleCheckPendingRequests).not.toBe(before);
  try {
    Reflect.deleteProperty(RequestQueue.prototype, "scheduleCheckPendingRequests");
    expect(quietRequestQueue).toThrow("its pinned version 2.2.4 is needed");
  } finally {
    RequestQueue.prototype.scheduleCheckPendingRequests = before;
  }
});

it("finds what it needs of kafkajs in plain Node too, which sees fewer names of it than the tests do", () => {
  const files = ["event-log.ts", "topics.ts"].map((name) => JSON.stringify(join(import.meta.dirname, name)));
  const script = files.map((file) => `await import(${file});`).join("");
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" });
});
