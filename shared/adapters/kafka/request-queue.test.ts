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
