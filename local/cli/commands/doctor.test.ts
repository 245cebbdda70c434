import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { CommandFolder } from "../test-command.ts";

test("doctor tells a strategy that cannot be loaded from those that can", async () => {
  await using folder = await CommandFolder.create();
  await mkdir(folder.file("mine/bad"), { recursive: true });
  await folder.write("mine/bad/strategy.ts", "export class Bad {\n  next() {\n");
  process.env["MILLRACE_STRATEGIES"] = folder.file("mine");
  try {
    const text = await folder.output(["doctor"]);
    expect(text).toMatch(/^strategies {2}.*sma-cross/m);
    expect(text).not.toMatch(/^strategies .*bad/m);
    expect(text).toContain("broken      bad: mine/bad/strategy.ts cannot be loaded: line 3: Unexpected end of file\n");
  } finally {
    delete process.env["MILLRACE_STRATEGIES"];
  }
});
