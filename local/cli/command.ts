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

  /** A finite number at least `least`. Throws InputError. */
  number(name: string, least: number): number | null {
    const text = this.value(name);
    if (text === null) return null;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < least) {
      throw new InputError("usage", `--${name} is '${text}': a number of at least ${least} is needed`);
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
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`);
  if (Number.isNaN(time)) {
    throw new InputError(
      "usage",
      `${what} is '${text}': write a time as 2024-08-08, 2024-08-08T12:30:00Z or ms since 1970`,
    );
  }
  return time;
}

/** A command of `millrace`. */
export interface Command {
  readonly name: string;
  /** Positional arguments as the help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** A few full examples. */
  readonly examples: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Least and greatest number of positional arguments. */
  readonly positionals: readonly [number, number];
  run(args: Arguments): Promise<void>;
}

/** Parses what follows a command's name. Throws InputError for what the command does not know. */
export function parseArguments(command: Command, words: readonly string[]): Arguments {
  const { positionals, tokens } = tokenize(command, words);
  const [least, most] = command.positionals;
  if (positionals.length < least || positionals.length > most) {
    throw new InputError("usage", `usage: millrace ${command.name} ${command.usage}`.trimEnd());
  }
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const list = values.get(token.name) ?? [];
    list.push(token.value ?? "");
    values.set(token.name, list);
  }
  return new Arguments(positionals, values);
}

function tokenize(command: Command, words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [
      name,
      { type: spec.value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true, tokens: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split(". ")[0] : String(cause);
    const known = Object.keys(command.options).map((name) => `--${name}`);
    throw new InputError("usage", `${why}; '${command.name}' knows ${known.join(" ") || "no options"}`, { cause });
  }
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
    `millrace ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    ...(options.length > 0 ? ["", "Options:", ...options] : []),
    ...(command.examples.length > 0 ? ["", "Examples:", ...command.examples.map((line) => `  millrace ${line}`)] : []),
  ].join("\n");
}
