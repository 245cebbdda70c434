import { expect, it } from "vitest";
import { end, newSession, type ReplayRequest, type ReplaySession } from "#shared/app/replay/replay-session.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { rejectsLines, replayTables, steeredLine } from "./replay-lines.ts";

const NOON = Date.UTC(2024, 7, 8, 12);

function session(id: string, terms: Partial<ReplayRequest> = {}): ReplaySession {
  const run = { strategy: "rsi-reversion", feeds: ["data=binance:BTC/USDT@1m"] } as unknown as RunRecord;
  const request = { run, mode: "candles", created: NOON, instruments: ["binance:BTC/USDT"], timeframe: "1m" } as const;
  return newSession({ session: id, ...request, from: NOON, to: null, file: null, ...terms }, 600);
}

it("shows what goes on above what has ended, in 80 columns", () => {
  const open = [session("replay-11111111"), session("replay-22222222", { run: null, mode: "as-live" })];
  const waits = { ...open[0]!, waits: "QuestDB does not answer: start it\nat there" };
  const ended = end(session("replay-33333333"), "failed", "Error: not this market", NOON + 3_600_000);
  const text = replayTables([waits, open[1]!], [ended]);
  expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(text).toMatch(/^replay-11111111 +rsi-reversion BTC\/USDT@1m +waits +600 × +2024-08-08 12:00$/m);
  const held = replayTables([{ ...waits, paused: true }], []);
  expect(held).toMatch(/ paused +600 × [\s\S]*\nreplay-11111111 waits: QuestDB does not answer/);
  expect(text).toMatch(/^replay-22222222 +BTC\/USDT as live +plays/m);
  expect(text).toContain("replay-11111111 waits: QuestDB does not answer: start it\n");
  expect(text).toMatch(
    /^replay-33333333\.0 +rsi-reversion BTC\/USDT@1m +failed +2024-08-08 13:00\nreplay-33333333: Error/m,
  );
  expect(text.indexOf("replay-22222222")).toBeLessThan(text.indexOf("replay-33333333"));
  const bounded = session("replay-44444444", { to: NOON + 7_200_000 });
  expect(replayTables([{ ...bounded, at: NOON + 3_600_000 }], [])).toMatch(/ of\n[\s\S]* 50 %$/);
});

it("says what a step, a seek and a change of speed come to", () => {
  const held = { ...session("replay-11111111"), paused: true };
  const sought = { ...held, rush: NOON + 300_000 };
  expect(steeredLine(sought, "step")).toBe(
    "replay-11111111: steps to 2024-08-08 12:05:00 UTC, then pauses, run replay-11111111.0",
  );
  expect(steeredLine({ ...sought, paused: false }, "seek")).toBe(
    "replay-11111111: seeks to 2024-08-08 12:05:00 UTC, run replay-11111111.0",
  );
  expect(steeredLine({ ...held, speed: Number.POSITIVE_INFINITY }, "speed")).toBe(
    "replay-11111111: paused at 2024-08-08 12:00:00 UTC, speed max once it is resumed, run replay-11111111.0",
  );
  expect(steeredLine({ ...held, paused: false, speed: 60 }, "speed")).toContain("UTC, speed 60 ×, run");
});

it("tells the rows that were left out and where they are, and nothing where none were", () => {
  const played = session("replay-11111111", { file: "/trades.csv" });
  expect(rejectsLines(played)).toEqual([]);
  expect(rejectsLines({ ...played, rejects: { rows: 1, path: "/rejects.csv" } })).toEqual([
    "replay-11111111: 1 row of /trades.csv left out, see /rejects.csv",
  ]);
});
