import { mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LineLog } from "./line-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lines-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("keeps the lines of several streams whole, and cuts one that does not end", async () => {
  const lines: string[] = [];
  const log = new LineLog(folder, "f", (line) => lines.push(line));
  const [one, two] = [new PassThrough(), new PassThrough()];
  log.follow(one);
  log.follow(two);
  one.write("first ha");
  two.write("second\n");
  one.write("lf\nlast");
  two.write("x".repeat(100_000));
  one.end();
  two.end();
  await Promise.all([finished(one), finished(two)]);
  log.close();
  expect([...lines].sort()).toEqual(["first half", "last", "second", "x".repeat(100_000)]);
  expect((await readFile(join(folder, "f.log"), "utf8")).split("\n").slice(0, -1)).toEqual(lines);
});

it("begins a file anew where it would grow too large, and keeps the one before, after a restart too", async () => {
  const write = (texts: string[]): void => {
    const log = new LineLog(folder, "f", () => {}, 25);
    for (const text of texts) log.write([text]);
    log.close();
  };
  write(["line 1", "line 2"]);
  write(["line 3", "line 4", "line 5"]);
  expect(await readFile(join(folder, "f.log"), "utf8")).toBe("line 4\nline 5\n");
  expect(await readFile(join(folder, "f.log.1"), "utf8")).toBe("line 1\nline 2\nline 3\n");
});

it("writes on once a file can be begun anew that could not", async () => {
  const log = new LineLog(folder, "f", () => {}, 10);
  log.write(["line 1"]);
  // Nothing can be opened under this name, and what was moved away is away.
  await rename(join(folder, "f.log"), join(folder, "f.log.1"));
  await symlink(join(folder, "nowhere", "f.log"), join(folder, "f.log"));
  log.write(["line 2"]);
  await rm(join(folder, "f.log"));
  log.write(["line 3"]);
  log.close();
  expect(await readFile(join(folder, "f.log"), "utf8")).toBe("line 3\n");
});
