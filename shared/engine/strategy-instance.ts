import { InputError } from "../market/input-error.ts";
import { Line } from "./feeds/line.ts";
import { checkPlainData, isRecord } from "./plain-data.ts";
import { privateFieldOf } from "./private-fields.ts";
import type { AnyStrategy, StrategyClass, StrategyHost } from "./strategy.ts";

/** A strategy ready to run, and its state, which is all of it that may change. */
export interface StrategyInstance {
  readonly strategy: AnyStrategy;
  readonly state: Record<string, unknown>;
}

/** Fields that every strategy has. */
export const BASE_FIELDS: ReadonlySet<string> = new Set(["host", "data", "feeds", "params", "position"]);

/**
 * Makes, checks and freezes a strategy. Throws InputError for a field that is neither an indicator, a line, `state` nor
 * a constant number, text or boolean, and for a private one (`#count`), which nothing could keep.
 */
export function makeStrategy(strategyClass: StrategyClass, host: StrategyHost): StrategyInstance {
  const hidden = privateFieldOf(strategyClass);
  if (hidden !== null) {
    throw new InputError(
      "usage",
      `field '${hidden}' of strategy ${strategyClass.name} is private, so a restart would lose it: keep it in 'state', ` +
        "or in a field that TypeScript's 'private' hides if it is an indicator or a constant",
    );
  }
  const strategy = new strategyClass(host);
  let state: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(strategy)) {
    if (BASE_FIELDS.has(name) || value instanceof Line || isConstant(value)) continue;
    if (name !== "state") {
      throw new InputError(
        "usage",
        `field '${name}' of strategy ${strategyClass.name} would be lost by a restart: make a method of a function, ` +
          "a constant of the module of a fixed table; what changes from bar to bar belongs in state = { … }",
      );
    }
    if (!isRecord(value)) {
      throw new InputError("usage", `'state' of strategy ${strategyClass.name} must be an object literal`);
    }
    checkPlainData(value, "state");
    state = value;
  }
  Object.freeze(strategy);
  return { strategy, state };
}

function isConstant(value: unknown): boolean {
  return value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}

/** Throws TypeError if a hook returned a promise: hooks are synchronous, or a run could not be repeated. */
export function refuseThenable(result: unknown): void {
  if (typeof result !== "object" && typeof result !== "function") return;
  if (result !== null && typeof (result as { readonly then?: unknown }).then === "function") {
    throw new TypeError("it returned a promise: hooks are synchronous, so remove 'async' and 'await'");
  }
}

/** Gives `target`, which cannot be replaced, the keys of `source` in its order. */
export function replaceContent(target: Record<string, unknown>, source: Record<string, unknown>): void {
  const keys = Object.keys(source);
  const present = Object.keys(target);
  if (keys.length !== present.length || keys.some((key, i) => key !== present[i])) {
    for (const key of present) delete target[key];
  }
  for (const key of keys) target[key] = source[key];
}
