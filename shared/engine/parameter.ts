import { InputError } from "../market/input-error.ts";

/** A value that a strategy's parameter can have. */
export type ParameterValue = number | string | boolean;

/** A whole number in [min, max]. */
export interface IntParameter {
  readonly kind: "int";
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** A finite number in [min, max]. */
export interface FloatParameter {
  readonly kind: "float";
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** One of some words. */
export interface ChoiceParameter<Option extends string = string> {
  readonly kind: "choice";
  readonly initial: Option;
  readonly options: readonly Option[];
}

/** Yes or no. */
export interface BoolParameter {
  readonly kind: "bool";
  readonly initial: boolean;
}

export type Parameter = IntParameter | FloatParameter | ChoiceParameter | BoolParameter;
/** A strategy's parameters by name. */
export type ParameterSpec = Readonly<Record<string, Parameter>>;

type ValueOf<P> = P extends ChoiceParameter<infer Option> ? Option : P extends BoolParameter ? boolean : number;
/** The values that `Spec` describes. */
export type ParametersOf<Spec extends ParameterSpec> = { readonly [Name in keyof Spec]: ValueOf<Spec[Name]> };

/** A whole number, both bounds inclusive. */
export function int(initial: number, bounds: { readonly min: number; readonly max: number }): IntParameter {
  return { kind: "int", initial, ...bounds };
}

/** A finite number, both bounds inclusive. */
export function float(initial: number, bounds: { readonly min: number; readonly max: number }): FloatParameter {
  return { kind: "float", initial, ...bounds };
}

/** One of `options`. */
export function choice<const Option extends string>(
  initial: NoInfer<Option>,
  options: readonly Option[],
): ChoiceParameter<Option> {
  return { kind: "choice", initial, options };
}

/** Yes or no. */
export function bool(initial: boolean): BoolParameter {
  return { kind: "bool", initial };
}

/** What a parameter may be, for messages and listings: `a whole number from 2 to 200`. */
export function describeParameter(parameter: Parameter): string {
  switch (parameter.kind) {
    case "int":
      return `a whole number from ${parameter.min} to ${parameter.max}`;
    case "float":
      return `a number from ${parameter.min} to ${parameter.max}`;
    case "choice":
      return `one of ${parameter.options.join(" ")}`;
    case "bool":
      return "true or false";
  }
}

function allows(parameter: Parameter, value: unknown): boolean {
  switch (parameter.kind) {
    case "int":
      return Number.isSafeInteger(value) && (value as number) >= parameter.min && (value as number) <= parameter.max;
    case "float":
      return Number.isFinite(value) && (value as number) >= parameter.min && (value as number) <= parameter.max;
    case "choice":
      return typeof value === "string" && parameter.options.includes(value);
    case "bool":
      return typeof value === "boolean";
  }
}

/**
 * All values of `spec`, in its order: what is given, else the initial one. Throws InputError for a name that does not
 * exist or a value that is not allowed.
 */
export function resolveParameters(
  spec: ParameterSpec,
  given: Readonly<Record<string, ParameterValue>>,
  strategy: string,
): Readonly<Record<string, ParameterValue>> {
  const names = Object.keys(spec);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(spec, name)) {
      const known = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
      throw new InputError("usage", `strategy ${strategy} has no parameter '${name}': ${known}`);
    }
  }
  const values: Record<string, ParameterValue> = {};
  for (const name of names) {
    const parameter = spec[name]!;
    const value = Object.hasOwn(given, name) ? given[name]! : parameter.initial;
    if (!allows(parameter, value)) {
      throw new InputError(
        "usage",
        `parameter ${name} of ${strategy} is ${JSON.stringify(value)}: give ${describeParameter(parameter)}`,
      );
    }
    values[name] = value;
  }
  return Object.freeze(values);
}

/** The value that a command line's text stands for. Throws InputError where the text is not such a value. */
export function parseParameter(name: string, parameter: Parameter, text: string): ParameterValue {
  let value: ParameterValue = text;
  if (parameter.kind === "int" || parameter.kind === "float") value = text.trim() === "" ? Number.NaN : Number(text);
  else if (parameter.kind === "bool" && (text === "true" || text === "false")) value = text === "true";
  if (!allows(parameter, value)) {
    throw new InputError("usage", `parameter ${name} is '${text}': give ${describeParameter(parameter)}`);
  }
  return value;
}
