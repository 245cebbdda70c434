import { expect, test } from "vitest";
import { Arguments } from "./command.ts";
import { hint } from "./hint.ts";

test("a hint goes on with the store that was named, and with no other", () => {
  const on = (store: string): Arguments => new Arguments([], new Map([["store", [store]]]));
  expect(hint(new Arguments([], new Map()), "runs")).toBe("npx millrace runs");
  expect(hint(on("my/store.duckdb"), "runs")).toBe("npx millrace runs --store my/store.duckdb");
  expect(hint(on("it's mine.duckdb"), "runs")).toBe("npx millrace runs --store 'it'\\''s mine.duckdb'");
});
