import { expect, it } from "vitest";
import { sharpeNote } from "./run-lines.ts";

it("says once why Sharpe ratios are missing", () => {
  expect(sharpeNote([{ volatility: null }, null, { volatility: null }])).toEqual(["Sharpe –: under 30 days"]);
  expect(sharpeNote([{ volatility: 0 }, null])).toEqual([]);
});
