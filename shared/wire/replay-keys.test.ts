import { expect, it } from "vitest";
import { parseInstrument } from "../market/instrument.ts";
import { parseReplayRun, replayKey, replayRun, replayRunOf } from "./replay-keys.ts";

const generation = { session: "replay-3fa9c1d2", generation: 12 };

it("names the run of a generation, and finds it in the keys of its records", () => {
  expect(replayRun(generation)).toBe("replay-3fa9c1d2.12");
  expect(parseReplayRun("replay-3fa9c1d2.12")).toEqual(generation);
  const key = replayKey(generation, parseInstrument("binance:BTC/USDT"));
  expect(key).toBe("replay-3fa9c1d2.12/binance:BTC/USDT");
  expect(replayRunOf(key)).toBe("replay-3fa9c1d2.12");
});

it.each(["paper-3fa9c1d2", "", "a.b", "a/b.1", "a.-1"])("takes '%s' for no replay run", (run) => {
  expect(parseReplayRun(run)).toBeNull();
});
