import { parseArgs } from "node:util";
import { InputError } from "#shared/market/input-error.ts";

/** An option of a command: `--name value`, or `--name` alone where it takes no value. */
export interface OptionSpec {
  /** Shown for the value in the help; absent for an option without a value. */
  readonly value?: string;
  readonly help: string;
  readonly many?: boolean;
}

/** What the user typed behind a command's name. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals;
    this.#values = values;
  }

  /** The same without the first positional argument, which was a verb. */
  behindVerb(): Arguments {
    return new Arguments(this.positionals.slice(1), this.#values);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The option's value, the last one where it was given twice; null where it was not. */
  value(name: string): string | null {
    return this.#values.get(name)?.at(-1) ?? null;
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** A finite number that `allows`; `allowed` says in words which ones are. Throws InputError. */
  number(name: string, allows: (value: number) => boolean, allowed: string): number | null {
    const text = this.value(name);
    if (text === null) return null;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || !allows(value)) {
      throw new InputError("usage", `--${name} is '${text}': give ${allowed}`);
    }
    return value;
  }

  /** A time in ms UTC: ISO 8601 (a date alone is its midnight, no zone means UTC) or ms since 1970. Throws InputError. */
  time(name: string): number | null {
    const text = this.value(name);
    return text === null ? null : parseTime(`--${name}`, text);
  }
}

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** See `Arguments.time`. */
export function parseTime(what: string, text: string): number {
  if (/^-?\d{11,14}$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  const time =
    match === null || !isDate(match[1]!)
      ? Number.NaN
      : Date.parse(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`);
  if (Number.isNaN(time)) {
    throw new InputError(
      "usage",
      `${what} is '${text}': write a time as 2024-08-08, 2024-08-08T12:30:00Z or ms since 1970`,
    );
  }
  return time;
}

/** Whether a `2024-02-31` is in the calendar: `Date.parse` would read it as a day of March. */
function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A command of `millrace`. */
export interface Command {
  readonly name: string;
  /** Positional arguments as the help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** What the help says below the summary, in lines of at most 100 columns. */
  readonly details?: string;
  /** A few full examples. */
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Least and greatest number of positional arguments. */
  readonly positionals: readonly [number, number];
  run(args: Arguments): Promise<void>;
}

/** Parses what follows a command's name. Throws InputError for what the command does not know. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [
      name,
      { type: spec.value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  // Not strict: its messages speak of Node's own rules.
  const { tokens } = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  let number = -1;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const word = words[token.index]!;
    if (NEGATIVE_NUMBER.test(word)) {
      // It is taken for short options, one a digit.
      if (token.index !== number) positionals.push(word);
      number = token.index;
      continue;
    }
    checkOption(command, token);
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ""]);
  }
  checkCount(command, positionals);
  return new Arguments(positionals, values);
}

/** A word that begins so is none of our options, as those have two dashes. */
const NEGATIVE_NUMBER = /^-\.?\d/;

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption(command: Command, { name, rawName, value, inlineValue }: OptionToken): void {
  const spec = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
  if (spec === undefined) {
    const known = Object.keys(command.options).map((each) => `--${each}`);
    throw new InputError(
      "usage",
      `unknown option '${rawName}': '${command.name}' has ${known.length === 0 ? "no options" : known.join(" ")}`,
    );
  }
  if (spec.value === undefined && value !== undefined) {
    throw new InputError("usage", `--${name} takes no value, and was given '${value}': write --${name} alone`);
  }
  const missing = value === undefined || value === "" || (inlineValue === false && value.startsWith("--"));
  if (spec.value !== undefined && missing) {
    throw new InputError("usage", `--${name} has no value: write --${name} ${spec.value}`);
  }
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const [least, most] = command.positionals;
  if (positionals.length >= least && positionals.length <= most) return;
  const fault = positionals.length < least ? "something is missing" : `'${positionals[most]}' is too much`;
  const example = command.examples[0] === undefined ? "" : `, such as: npx millrace ${command.examples[0]}`;
  throw new InputError(
    "usage",
    `${fault}: write ${`npx millrace ${command.name} ${command.usage}`.trimEnd()}${example}`,
  );
}

/** The help of a command. */
export function helpOf(command: Command): string {
  const rows = Object.entries(command.options).map(([name, spec]) => ({
    left: `--${name}${spec.value === undefined ? "" : ` ${spec.value}`}`,
    right: spec.many === true ? `${spec.help} (can be repeated)` : spec.help,
  }));
  const width = Math.max(0, ...rows.map((row) => row.left.length));
  const options = rows.map((row) => `  ${row.left.padEnd(width)}  ${row.right}`);
  return [
    `npx millrace ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    ...(command.details === undefined ? [] : ["", command.details]),
    ...(options.length > 0 ? ["", "Options:", ...options] : []),
    ...(command.examples.length > 0
      ? ["", "Examples:", ...command.examples.map((line) => `  npx millrace ${line}`)]
      : []),
  ].join("\n");
}
