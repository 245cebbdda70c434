import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { RandomSource } from "#shared/generator/random-source.ts";
import { BTC, CommandFolder, heldCandles, makeTrades, writeTrades } from "./test-command.ts";

/** Kills of an import; MILLRACE_KILLS asks for more. */
const KILLS = Number(process.env["MILLRACE_KILLS"] ?? 12);
/** Kills of a store's imports before one goes to its end. */
const KILLS_PER_STORE = 3;
const TIMEFRAMES = ["1m", "15m", "1h", "1d", "1M"] as const;

test(
  "an import that is killed at any moment and run again ends in the candles of one that was left alone",
  async () => {
    await using folder = await CommandFolder.create();
    const words = ["import", BTC, await writeTrades(folder.file("trades.csv"), makeTrades(20_000, 12))];
    expect(await folder.output(words, "clean.duckdb")).toMatch(/[\d,]+ new trades/);
    // The first one read its code from the disk.
    const started = performance.now();
    await folder.output(words, "again.duckdb");
    const duration = performance.now() - started;
    const clean = await heldCandles(folder.file("clean.duckdb"), BTC, TIMEFRAMES);
    const random = new RandomSource(42, "kills");
    const survived: string[] = [];
    let killed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const store = `${Math.floor(kill / KILLS_PER_STORE)}.duckdb`;
      const running = folder.start(words, store);
      // The kills are spread over the whole of an import, so that they meet storing, marking and rebuilding.
      await wait(((kill * 5 + random.uniform() * 3) % KILLS) * (duration / KILLS));
      running.kill("SIGKILL");
      const { signal, code } = await running.ended;
      if (signal === "SIGKILL") killed++;
      else survived.push(`${kill}: ${code}`);
      const last = kill % KILLS_PER_STORE === KILLS_PER_STORE - 1 || kill === KILLS - 1;
      if (!last) continue;
      await folder.output(words, store);
      expect(existsSync(folder.file(store))).toBe(true);
      const held = await heldCandles(folder.file(store), BTC, TIMEFRAMES);
      const differing = TIMEFRAMES.filter((timeframe) => held[timeframe] !== clean[timeframe]);
      expect(differing, `store ${store}`).toEqual([]);
    }
    // An import of a store that holds much already is faster: the last moments may come after its end.
    expect(killed, survived.join(", ")).toBeGreaterThanOrEqual(Math.ceil(KILLS * 0.6));
  },
  60_000 + KILLS * 10_000,
);
