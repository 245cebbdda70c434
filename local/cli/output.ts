import { once } from "node:events";

/** Writes a line to standard output, waiting where the reader is slower. */
export async function writeLine(text: string): Promise<void> {
  await writeText(`${text}\n`);
}

/** Writes text to standard output, waiting where the reader is slower. */
export async function writeText(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}

/** Tells a person something that is not the result: on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
