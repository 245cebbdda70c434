import { expect } from "vitest";
import type { Ended } from "./test-command.ts";

/** That a command failed with this exit code, and told why in one line that has all of these texts. */
export function expectFault({ code, signal, stdout, stderr }: Ended, wantedCode: number, ...said: string[]): void {
  const what = `${stdout}${stderr}`;
  expect({ code, signal }, what).toEqual({ code: wantedCode, signal: null });
  expect(stderr, what).toMatch(/^millrace: [^\n]+\n$/);
  expectForPeople(stderr);
  for (const text of said) expect(stderr).toContain(text);
}

/** That a message has nothing of the program's inside: no trace, no code of the system. */
export function expectForPeople(message: string): void {
  expect(message).not.toMatch(
    /ENOENT|EACCES|EISDIR|ENOTDIR|EEXIST|EROFS|ENOSPC|node:|\.ts:|please report|undefined|NaN/,
  );
}
