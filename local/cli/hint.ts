import type { Arguments } from "./command.ts";

/** A command to type next, as it works where the one that ran does: on the same store, where one was named. */
export function hint(args: Arguments, words: string): string {
  const store = args.value("store");
  return `npx millrace ${words}${store === null ? "" : ` --store ${shellWord(store)}`}`;
}

/** A text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
