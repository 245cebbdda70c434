import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ownMark } from "./living-process.ts";
import { type FolderLock, lockFolder } from "./lock.ts";

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "lock-")), "up");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

async function allAtOnce(count: number): Promise<FolderLock[]> {
  const taken = await Promise.allSettled(Array.from({ length: count }, () => lockFolder(folder)));
  for (const each of taken) if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "conflict" });
  return taken.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

it("gives a folder, for this user alone, to one of many that want it at once, and again when it is let go", async () => {
  for (let i = 0; i < 10; i++) {
    const [lock, ...others] = await allAtOnce(10);
    expect(others).toEqual([]);
    expect(await readdir(folder)).toEqual(["lock.json"]);
    await lock!.release();
  }
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

it.each([
  ["of a process that is gone", JSON.stringify({ processId: 2 ** 22 + 1, started: "1" })],
  ["of another process that had this number", JSON.stringify({ ...ownMark(), started: "1" })],
  ["that is none", ""],
])("gives a lock to one of many that find one %s", async (_, text) => {
  for (let i = 0; i < 10; i++) {
    await (await lockFolder(folder)).release();
    await writeFile(join(folder, "lock.json"), text);
    const locks = await allAtOnce(10);
    expect(locks.map(({ recovered }) => recovered)).toEqual([true]);
    expect(JSON.parse(await readFile(join(folder, "lock.json"), "utf8"))).toMatchObject(ownMark());
    expect(await readdir(folder)).toEqual(["lock.json"]);
    await locks[0]!.release();
  }
});

it("keeps an empty folder to this user, and one of an earlier start, that were open to others", async () => {
  await mkdir(folder);
  for (const held of [[], ["kafka"]]) {
    for (const name of held) await writeFile(join(folder, name), "");
    await chmod(folder, 0o755);
    const lock = await lockFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await lock.release();
    expect(await readdir(folder)).toEqual(held);
  }
});

it("takes no folder from others that holds other things", async () => {
  await mkdir(folder);
  await writeFile(join(folder, "theirs"), "");
  await chmod(folder, 0o750);
  await expect(lockFolder(folder)).rejects.toThrow(
    `the folder ${folder} cannot be used, others may enter it (mode 750), and it holds what is not of 'up': close it to them, or`,
  );
  expect((await stat(folder)).mode & 0o777).toBe(0o750);
  await chmod(folder, 0o700);
  await (await lockFolder(folder)).release();
});

it("leaves a folder as it is that all users share, and says what to do", async () => {
  await mkdir(folder);
  await chmod(folder, 0o1777);
  await expect(lockFolder(folder)).rejects.toThrow(
    `the folder ${folder} cannot be used, all users share it: name a folder in it, or name another one with --folder`,
  );
  expect((await stat(folder)).mode & 0o7777).toBe(0o1777);
  expect(await readdir(folder)).toEqual([]);
});

it("says what to do where a file has the folder's name", async () => {
  await writeFile(folder, "");
  for (const name of [folder, join(folder, "inside")]) {
    await expect(lockFolder(name)).rejects.toThrow(`${name} cannot be used, there is a file of that name: move it, or`);
  }
});
