import { readFileSync } from "node:fs";
import { slippageOf } from "#shared/app/cost-band.ts";
import { Commission } from "#shared/engine/broker/commission.ts";
import { Filler } from "#shared/engine/broker/filler.ts";
import { Slippage } from "#shared/engine/broker/slippage.ts";
import type { BrokerSettings } from "#shared/engine/run-definition.ts";
import { checkSizer } from "#shared/engine/sizers/sizer.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, OptionSpec } from "./command.ts";

const DEFAULT_CASH = 10_000;

/** Options that say how the simulated broker works. */
export const BROKER_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  broker: { value: "FILE", help: "settings of the broker, JSON: commission, slippage, filler, sizer, …" },
  cash: { value: "AMOUNT", help: `starting cash in quote currency (default ${DEFAULT_CASH})` },
  fee: { value: "FRACTION", help: "fee of each fill, 0.001 is 0.1 % (default the instrument's own)" },
  slippage: { value: "FRACTION", help: "how much worse orders fill, 0.0005 is 0.05 % (default not at all)" },
  "allow-short": { help: "let positions go below zero" },
};

/**
 * The broker that the arguments ask for: what the file of `--broker` says, with `--cash`, `--fee`, `--slippage` and
 * `--allow-short` in place of its `cash`, `fee`, `slippage` and `allowShort`. What neither says stays absent. Throws
 * InputError, also for a `--fee` beside a commission of the file.
 */
export function brokerOf(args: Arguments): BrokerSettings {
  const path = args.value("broker");
  const { slippage, ...file } = path === null ? {} : readBrokerFile(path);
  const cash = args.number("cash", (value) => value > 0, `an amount above 0, such as ${DEFAULT_CASH}`);
  const fee = args.number("fee", isFraction, "a fraction from 0 to below 1; 0.001 is 0.1 %");
  const slips = args.number("slippage", isFraction, "a fraction from 0 to below 1");
  if (fee !== null && file.commission !== undefined) {
    throw new InputError("usage", `--fee is ${fee}, and ${path} has a commission: leave one of them away`);
  }
  const own = slippage === undefined ? {} : { slippage };
  return {
    ...file,
    cash: cash ?? file.cash ?? DEFAULT_CASH,
    fee: fee ?? file.fee ?? null,
    ...(slips === null ? own : slippageOf(slips)),
    allowShort: args.has("allow-short") || (file.allowShort ?? false),
  };
}

function isFraction(value: number): boolean {
  return value >= 0 && value < 1;
}

function readBrokerFile(path: string): Partial<BrokerSettings> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === "ENOENT";
    throw new InputError(
      missing ? "not-found" : "usage",
      `--broker ${path} cannot be read: ${missing ? "there is no such file" : code}; name a file of JSON`,
      { cause },
    );
  }
  try {
    return parseBrokerSettings(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof InputError) && !(cause instanceof SyntaxError)) throw cause;
    const fault = cause instanceof SyntaxError ? `no JSON (${cause.message}); write {"cash": 10000}` : cause.message;
    throw new InputError("usage", `--broker ${path}: ${fault}`, { cause });
  }
}

/** What a field may hold. */
interface Kind {
  readonly allows: (value: unknown) => boolean;
  readonly words: string;
}

type Fields = Readonly<Record<string, Kind>>;

const NUMBER: Kind = { allows: (value) => typeof value === "number" && Number.isFinite(value), words: "a number" };
const FLAG: Kind = { allows: (value) => typeof value === "boolean", words: "true or false" };
const OBJECT: Kind = {
  allows: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  words: "an object, {…}",
};
const ABOVE_ZERO: Kind = { allows: (value) => NUMBER.allows(value) && Number(value) > 0, words: "a number above 0" };
const FEE: Kind = {
  allows: (value) => value === null || (NUMBER.allows(value) && isFraction(Number(value))),
  words: "a fraction from 0 to below 1, or null for the instrument's own",
};

const BROKER: Fields = {
  cash: ABOVE_ZERO,
  fee: FEE,
  allowShort: FLAG,
  commission: OBJECT,
  shortCash: FLAG,
  cheatOnOpen: FLAG,
  cheatOnClose: FLAG,
  slippage: OBJECT,
  filler: OBJECT,
  sizer: OBJECT,
};

const CASH_TERMS: Fields = { minimum: NUMBER, leverage: NUMBER, interest: NUMBER, interestLong: FLAG };
const MARGIN_TERMS: Fields = { minimum: NUMBER, margin: NUMBER, mult: NUMBER };
const COMMISSIONS: Readonly<Record<string, Fields>> = {
  percent: { rate: NUMBER, makerRate: NUMBER, ...CASH_TERMS },
  fixed: { amount: NUMBER, ...CASH_TERMS },
  futures: { amount: NUMBER, ...MARGIN_TERMS },
  futuresPercent: { rate: NUMBER, makerRate: NUMBER, ...MARGIN_TERMS },
};
const SLIPPAGE: Fields = {
  perc: NUMBER,
  fixed: NUMBER,
  slipOpen: FLAG,
  slipMatch: FLAG,
  slipLimit: FLAG,
  slipOut: FLAG,
};
const FILLERS: Readonly<Record<string, Fields>> = {
  fixedSize: { size: NUMBER },
  fixedBarPerc: { perc: NUMBER },
  barPointPerc: { perc: NUMBER, minMov: NUMBER },
};
const STAKE: Fields = { stake: NUMBER };
const PERCENTS: Fields = { percents: NUMBER };
const SIZERS: Readonly<Record<string, Fields>> = {
  fixedSize: STAKE,
  fixedSizeTarget: STAKE,
  fixedReverser: STAKE,
  percentSizer: PERCENTS,
  percentSizerInt: PERCENTS,
  allInSizer: PERCENTS,
  allInSizerInt: PERCENTS,
};

/** Settings of a broker as JSON gives them, any of them absent. Throws InputError for what the engine does not know. */
export function parseBrokerSettings(json: unknown): Partial<BrokerSettings> {
  if (!OBJECT.allows(json)) throw new InputError("usage", `settings are ${shown(json)}: give ${OBJECT.words}`);
  checkFields("the broker", json, BROKER);
  const settings = json as Partial<BrokerSettings>;
  const { fee, commission, slippage, filler, sizer } = settings;
  if (commission !== undefined) {
    if ((fee ?? null) !== null) {
      throw new InputError("usage", `there are a fee of ${fee} and a commission: leave one of them away`);
    }
    checkTyped("commission", commission, COMMISSIONS);
    new Commission(commission);
  }
  if (slippage !== undefined) {
    checkFields("slippage", slippage, SLIPPAGE);
    new Slippage(slippage);
  }
  if (filler !== undefined) {
    checkTyped("filler", filler, FILLERS);
    new Filler(filler);
  }
  if (sizer !== undefined) {
    checkTyped("sizer", sizer, SIZERS);
    checkSizer(sizer);
  }
  return settings;
}

/** Checks settings that come in several types, each with fields of its own. */
function checkTyped(name: string, value: object, types: Readonly<Record<string, Fields>>): void {
  const { type, ...rest } = value as { readonly type?: unknown };
  const fields = typeof type === "string" && Object.hasOwn(types, type) ? types[type] : undefined;
  if (fields === undefined) {
    throw new InputError("usage", `type of ${name} is ${shown(type)}: use one of ${Object.keys(types).join(", ")}`);
  }
  checkFields(`${name} '${type}'`, rest, fields);
}

function checkFields(name: string, value: unknown, fields: Fields): void {
  for (const [field, given] of Object.entries(value as object)) {
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (kind === undefined) {
      throw new InputError("usage", `${name} has no field '${field}': it has ${Object.keys(fields).join(" ")}`);
    }
    if (!kind.allows(given)) {
      throw new InputError("usage", `${field} of ${name} is ${shown(given)}: give ${kind.words}`);
    }
  }
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
