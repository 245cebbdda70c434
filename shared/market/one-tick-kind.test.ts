import { expect, test } from "vitest";
import { refuseOtherKind } from "./one-tick-kind.ts";

test("ticks of another kind, or whose ids are made otherwise, are refused", () => {
  const instrument = { exchange: "binance", symbol: "BTC/USDT" };
  const held = { kind: "trade", ids: "sequence" } as const;
  refuseOtherKind(instrument, held, { ...held });
  expect(() => refuseOtherKind(instrument, held, { ...held, kind: "aggregate" })).toThrow(
    "binance:BTC/USDT holds ticks of kind 'trade' with 'sequence' ids, and these are of kind 'aggregate'",
  );
  expect(() => refuseOtherKind(instrument, held, { ...held, ids: "hash" })).toThrow("'trade' with 'hash' ids");
});
