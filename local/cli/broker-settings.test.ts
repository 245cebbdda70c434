import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "#shared/market/input-error.ts";
import { brokerOf, parseBrokerSettings } from "./broker-settings.ts";
import { parseArguments } from "./command.ts";
import { backtestCommand } from "./commands/backtest.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-broker-"));
const path = join(folder, "broker.json");
afterAll(() => rmSync(folder, { recursive: true }));

/** The broker of a backtest with these words, and with this file where there is one. */
function broker(words: string, file?: unknown) {
  if (file !== undefined) writeFileSync(path, typeof file === "string" ? file : JSON.stringify(file));
  const all = ["sma-cross", "binance:BTC/USDT@1m", ...words.split(" ").filter((word) => word !== "")];
  return brokerOf(parseArguments(backtestCommand, file === undefined ? all : [...all, "--broker", path]));
}

const WHOLE = {
  cash: 500,
  fee: null,
  allowShort: true,
  commission: { type: "percent", rate: 0.001, makerRate: -0.0001, minimum: 1, leverage: 3, interest: 0.1 },
  shortCash: false,
  cheatOnOpen: true,
  cheatOnClose: true,
  slippage: { fixed: 0.5, slipOpen: false, slipMatch: false, slipLimit: false, slipOut: true },
  filler: { type: "barPointPerc", perc: 50, minMov: 0.01 },
  sizer: { type: "percentSizer", percents: 10 },
};

describe("the broker of a run", () => {
  test("has no more than was asked for, so that its identity stays", () => {
    expect(broker("")).toEqual({ cash: 10_000, fee: null, allowShort: false });
    expect(Object.keys(broker("")).sort()).toEqual(["allowShort", "cash", "fee"]);
    expect(broker("", { sizer: WHOLE.sizer })).toEqual({
      cash: 10_000,
      fee: null,
      allowShort: false,
      sizer: WHOLE.sizer,
    });
  });

  test("is what the file says, with the options in place of its fields", () => {
    expect(broker("", WHOLE)).toEqual(WHOLE);
    expect(broker("--cash 7 --slippage 0.01", WHOLE)).toMatchObject({ cash: 7, slippage: { perc: 0.01 } });
    expect(broker("--slippage 0", WHOLE)).not.toHaveProperty("slippage");
    expect(broker("--fee 0.002 --allow-short", { fee: 0.001, allowShort: false })).toMatchObject({
      fee: 0.002,
      allowShort: true,
    });
  });

  test.each([
    ["futures", { type: "futures", amount: 2, margin: 100, mult: 5 }],
    ["futuresPercent", { type: "futuresPercent", rate: 0.001, makerRate: 0, margin: 100, mult: 5, minimum: 1 }],
    ["fixed", { type: "fixed", amount: 0.1, interestLong: true, interest: 0.1 }],
  ])("takes a commission of type %s", (_, commission) => {
    expect(parseBrokerSettings({ commission })).toEqual({ commission });
  });

  test.each([
    [{ comission: {} }, "the broker has no field 'comission': it has cash fee allowShort commission"],
    [[], "settings are []"],
    [{ cash: 0 }, "cash of the broker is 0: give a number above 0"],
    [{ cash: "5" }, 'cash of the broker is "5"'],
    [{ fee: 1 }, "fee of the broker is 1: give a fraction"],
    [{ fee: 0.001, commission: { type: "percent", rate: 0 } }, "a fee of 0.001 and a commission"],
    [{ allowShort: 1 }, "allowShort of the broker is 1: give true or false"],
    [{ commission: 0.001 }, "commission of the broker is 0.001: give an object"],
    [{ commission: { rate: 0.1 } }, "type of commission is absent: use one of percent, fixed, futures"],
    [{ commission: { type: "toString" } }, 'type of commission is "toString"'],
    [{ commission: { type: "percent", rate: 0.1, margin: 5 } }, "commission 'percent' has no field 'margin'"],
    [{ commission: { type: "futures", amount: 1, margin: 5 } }, "mult of the futures commission is undefined"],
    [{ commission: { type: "percent", rate: "0.1" } }, "rate of commission 'percent' is \"0.1\": give a number"],
    [{ commission: { type: "percent", rate: -1 } }, "rate of the percent commission is -1"],
    [{ slippage: {} }, "give one of perc"],
    [{ slippage: { perc: 0.1, fixed: 1 } }, "give one of perc"],
    [{ slippage: { perc: 0.1, slipIn: true } }, "slippage has no field 'slipIn'"],
    [{ filler: { type: "fixedSize", size: 0 } }, "the volume filler is"],
    [{ filler: { type: "barPointPerc", perc: 5 } }, "minMov"],
    [{ sizer: { type: "fixedSize" } }, "the sizer is"],
    [{ sizer: { type: "fixedSize", percents: 5 } }, "sizer 'fixedSize' has no field 'percents'"],
    [{ sizer: { type: "kelly" } }, "use one of fixedSize, fixedSizeTarget, fixedReverser, percentSizer"],
  ])("refuses %j", (settings, said) => {
    expect(() => broker("", settings)).toThrow(InputError);
    expect(() => broker("", settings)).toThrow(said);
    expect(() => broker("", settings)).toThrow(path);
  });

  test("refuses a fee beside a commission, no JSON, and no file", () => {
    expect(() => broker("--fee 0.1", WHOLE)).toThrow(/--fee is 0.1, and .* has a commission: leave one of them away/);
    expect(() => broker("", "{cash: 5}")).toThrow("no JSON");
    expect(() => broker(`--broker ${folder}/none.json`)).toThrow("there is no such file");
    expect(() => broker(`--broker ${folder}`)).toThrow("EISDIR");
  });
});

test("the file that the guide shows can be used as it is", () => {
  const guide = readFileSync(new URL("../../docs/backtrader.md", import.meta.url), "utf8");
  const [, json] = /```json\n([^`]*)```/.exec(guide)!;
  expect(broker("", json)).toEqual({ ...(JSON.parse(json!) as object), fee: null });
});
