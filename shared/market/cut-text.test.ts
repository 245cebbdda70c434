import { expect, test } from "vitest";
import { cutText } from "./cut-text.ts";

test.each([
  ["", 3, ""],
  ["abc", 3, "abc"],
  ["abcd", 3, "ab…"],
  ["a😀b", 4, "a😀b"],
  ["a😀bc", 4, "a😀…"],
  ["a😀bc", 3, "a…"],
])("%j of at most %d is %j", (text, most, cut) => {
  expect(cutText(text, most)).toBe(cut);
});
