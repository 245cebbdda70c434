import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_LINE, lineBlocks } from "./line-blocks.ts";

async function* cut(text: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  // One buffer for all chunks, as a reader of files has.
  const shared = Buffer.alloc(Math.max(text.length, 1));
  for (let i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length]!;
    const length = text.copy(shared, 0, at, at + size);
    at += length;
    yield shared.subarray(0, length);
  }
}

test("however a text is cut, its lines come whole and in order", async () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom("a", ",", "\r", "é"), maxLength: 6 }), { maxLength: 12 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(lines, sizes, fc.boolean(), async (written, chunkSizes, closed) => {
      const text = written.join("\n") + (closed ? "\n" : "");
      let read = "";
      for await (const { bytes, overlong } of lineBlocks(cut(Buffer.from(text), chunkSizes))) {
        expect(overlong).toBe(false);
        expect(bytes.at(-1)).toBe(10);
        read += bytes.toString();
      }
      expect(read).toBe(text === "" || text.endsWith("\n") ? text : `${text}\n`);
    }),
  );
});

test("a line longer than a mebibyte is told by its start, the lines around it are whole", async () => {
  const text = Buffer.from(`first\n${"x".repeat(LONGEST_LINE + 1)}\n${"y".repeat(LONGEST_LINE)}\nlast`);
  const seen: string[] = [];
  for await (const { bytes, overlong } of lineBlocks(cut(text, [300_000]))) {
    for (const line of bytes.toString().slice(0, -1).split("\n")) seen.push(`${overlong} ${line.length}`);
  }
  expect(seen).toEqual(["false 5", "true 200", `false ${LONGEST_LINE}`, "false 4"]);
});

test("a line begun before a fault is dropped", async () => {
  async function* faulty(): AsyncGenerator<Buffer> {
    yield Buffer.from("whole\nbegun");
    throw new Error("cut");
  }
  const seen: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const { bytes } of lineBlocks(faulty())) seen.push(bytes.toString());
  };
  await expect(reading()).rejects.toThrow("cut");
  expect(seen).toEqual(["whole\n"]);
});
