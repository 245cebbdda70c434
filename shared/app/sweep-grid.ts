import { describeParameter, type Parameter, type ParameterSpec, type ParameterValue } from "../engine/parameter.ts";
import type { StrategyClass } from "../engine/strategy.ts";
import { InputError } from "../market/input-error.ts";

/** More sets than this are refused: a finer grid finds chance, not skill. */
export const MOST_SETS = 1_000_000;

/** The values that a sweep tries of each parameter that it names, in the order named. */
export type ParameterAxes = ReadonlyMap<string, readonly ParameterValue[]>;

/** One combination of values. */
export type ParameterSet = Readonly<Record<string, ParameterValue>>;

/** A range's values are exact decimals, whatever its step: so many digits are kept of each. */
const DIGITS = 12;

/**
 * Axes from texts: `fast=5:50:5` (from 5 to 50 inclusive in steps of 5), `fast=5,10,20` or `fast=10`. Throws InputError
 * for a parameter that does not exist or is named twice, a value that it cannot have, and a range without end.
 */
export function parseAxes(strategy: string, spec: ParameterSpec, texts: readonly string[]): ParameterAxes {
  const axes = new Map<string, readonly ParameterValue[]>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) {
      throw new InputError(
        "usage",
        `parameter '${text}' has no value: write name=value, name=1,2,3 or name=from:to:step, such as fast=5:50:5`,
      );
    }
    const name = text.slice(0, at);
    if (!Object.hasOwn(spec, name)) {
      const known = Object.entries(spec).map(([each, parameter]) => `${each} (${describeParameter(parameter)})`);
      throw new InputError(
        "usage",
        `strategy ${strategy} has no parameter '${name}': it has ${known.length === 0 ? "none" : known.join(", ")}`,
      );
    }
    if (axes.has(name)) throw new InputError("usage", `parameter ${name} is given twice: give one range or list of it`);
    axes.set(name, valuesOf(name, spec[name]!, text.slice(at + 1)));
  }
  return axes;
}

function valuesOf(name: string, parameter: Parameter, text: string): readonly ParameterValue[] {
  const numeric = parameter.kind === "int" || parameter.kind === "float";
  if (numeric && text.includes(":")) return rangeOf(name, parameter, text);
  const values = text.split(",").map((part) => parseValue(name, parameter, part));
  return [...new Set(values)];
}

function parseValue(name: string, parameter: Parameter, text: string): ParameterValue {
  const refuse = (): never => {
    throw new InputError("usage", `parameter ${name} is '${text}': give ${describeParameter(parameter)}`);
  };
  switch (parameter.kind) {
    case "int":
    case "float": {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const fits = Number.isFinite(value) && value >= parameter.min && value <= parameter.max;
      return fits && (parameter.kind === "float" || Number.isInteger(value)) ? value : refuse();
    }
    case "choice":
      return parameter.options.includes(text) ? text : refuse();
    case "bool":
      return text === "true" || text === "false" ? text === "true" : refuse();
  }
}

function rangeOf(name: string, parameter: Parameter, text: string): readonly ParameterValue[] {
  const parts = text.split(":");
  const [from, to, step] = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const refuse = (why: string): never => {
    throw new InputError("usage", `range ${name}=${text} ${why}: write from:to:step, such as ${name}=5:50:5`);
  };
  if (parts.length !== 3 || from === undefined || to === undefined || step === undefined) {
    return refuse(`has ${parts.length} numbers, not 3`);
  }
  if (![from, to, step].every(Number.isFinite)) return refuse("is not made of three finite numbers");
  if (step === 0) return refuse("has a step of 0 and never ends");
  if (step < 0) return refuse(`has a step of ${step}, which must be above 0`);
  if (from > to) return refuse(`begins at ${from}, after its end ${to}`);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST_SETS)
    return refuse(`has ${count.toLocaleString("en-US")} values, more than ${MOST_SETS.toLocaleString("en-US")}`);
  return Array.from({ length: count }, (_, i) => {
    const value = Number((from + i * step).toPrecision(DIGITS));
    return parseValue(name, parameter, String(value));
  });
}

/**
 * All combinations that the strategy calls valid, the last axis turning fastest. Throws InputError for more than
 * `MOST_SETS`, and where none is valid.
 */
export function parameterSets(
  strategy: Pick<StrategyClass, "name" | "parameters" | "valid">,
  axes: ParameterAxes,
): readonly ParameterSet[] {
  let combinations = 1;
  for (const values of axes.values()) combinations *= values.length;
  if (combinations > MOST_SETS) {
    const sizes = [...axes].map(([name, values]) => `${name} ${values.length}`).join(" × ");
    throw new InputError(
      "usage",
      `the sweep has ${combinations.toLocaleString("en-US")} sets (${sizes}), more than ` +
        `${MOST_SETS.toLocaleString("en-US")}: widen the steps or fix a parameter`,
    );
  }
  const initial = Object.fromEntries(Object.entries(strategy.parameters).map(([name, { initial }]) => [name, initial]));
  const sets: ParameterSet[] = [];
  for (let number = 0; number < combinations; number++) {
    const set = combination(axes, number);
    if (strategy.valid({ ...initial, ...set })) sets.push(set);
  }
  if (sets.length === 0) {
    throw new InputError(
      "usage",
      `none of the ${combinations} sets is valid for ${strategy.name}: see valid() of the strategy, and move the ranges`,
    );
  }
  return sets;
}

function combination(axes: ParameterAxes, number: number): ParameterSet {
  const set: Record<string, ParameterValue> = {};
  let rest = number;
  for (const [name, values] of [...axes].reverse()) {
    set[name] = values[rest % values.length]!;
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(Object.entries(set).reverse());
}
