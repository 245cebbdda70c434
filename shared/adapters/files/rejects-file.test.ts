import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RejectsFile } from "./rejects-file.ts";
import { TestFiles } from "./test-files.ts";

test("the file is made with the first reject, with a header once", async () => {
  await using files = await TestFiles.create();
  const path = join(files.folder, "rejects.csv");
  const rejects = new RejectsFile(path);
  await rejects.append("a.csv", []);
  expect(await readdir(files.folder)).toEqual([]);
  await rejects.append("a.csv", [{ line: 3, value: '1,"x"\r\n2', reason: "the price 'x' is no number" }]);
  await new RejectsFile(path).append("b,c.csv", [{ line: 9, value: "", reason: "empty" }]);
  expect(await readFile(path, "utf8")).toBe(
    "line,value,reason,source\n" +
      '3,"1,""x"" 2","the price \'x\' is no number","a.csv"\n' +
      '9,"","empty","b,c.csv"\n',
  );
  expect(await readdir(files.folder)).toEqual(["rejects.csv"]);
});

test("by its name it is one JSON object a line", async () => {
  await using files = await TestFiles.create();
  const path = join(files.folder, "rejects.ndjson");
  await new RejectsFile(path).append("a.csv", [
    { line: 1, value: "é\n", reason: "r" },
    { line: 2, value: "w", reason: "s" },
  ]);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { line: 1, value: "é\n", reason: "r", source: "a.csv" },
    { line: 2, value: "w", reason: "s", source: "a.csv" },
  ]);
});

test("many writers at once leave whole lines below one header", async () => {
  await using files = await TestFiles.create();
  const path = join(files.folder, "rejects.csv");
  const rows = Array.from({ length: 50 }, (_, line) => ({ line, value: "v".repeat(150), reason: "r" }));
  await Promise.all(Array.from({ length: 20 }, (_, writer) => new RejectsFile(path).append(`${writer}.csv`, rows)));
  const [header, ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(header).toBe("line,value,reason,source");
  expect(lines.length).toBe(1_000);
  expect(lines.every((line) => /^\d+,"v{150}","r","\d+\.csv"$/.test(line))).toBe(true);
  expect(await readdir(files.folder)).toEqual(["rejects.csv"]);
});
