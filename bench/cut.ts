import { Run } from "#shared/engine/run.ts";
import { benchmarkBars, definition } from "./engine.ts";
import type { Figure } from "./figure.ts";

const WARM_UP = 10_000;
const CUTS = 4_000;
const ROUNDS = 5;

/** CPU time to stop a run and go on in a fresh instance: snapshot, construct, restore, and one bar. */
export async function run(): Promise<Figure[]> {
  const bars = benchmarkBars();
  let current = new Run(definition);
  current.offer(0, bars, 0, WARM_UP);
  current.advance();
  current.drain();
  let at = WARM_UP;
  let bytes = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let cut = 0; cut < CUTS; cut++) {
      const snapshot = current.snapshot();
      current = new Run(definition);
      current.restore(snapshot);
      bytes = snapshot.length;
      current.offer(0, bars, at, at + 1);
      current.advance();
      current.drain();
      at++;
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / CUTS);
  }
  const uncut = new Run(definition);
  uncut.offer(0, bars, 0, at);
  uncut.advance();
  if (uncut.resultHash() !== current.resultHash()) throw new Error("a run cut after each bar has another result");
  return [
    { name: "cut", value: least, unit: "CPU µs" },
    { name: "cut, size of the snapshot", value: bytes, unit: "bytes" },
  ];
}
