import { readFileSync } from "node:fs";
import { InputError } from "#shared/market/input-error.ts";
import { type Command, helpOf, parseArguments } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { note, writeLine } from "./output.ts";

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    "millrace: ticks in; candles, strategies and answers out",
    "",
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "npx millrace <command> --help tells more. For a first look: npx millrace demo",
    "Exit codes: 0 done, 1 our fault, 2 usage, 3 not found, 4 no data, 5 bad data, 6 store, 7 conflict,",
    "8 some rows rejected, 9 a run failed, 130 stopped by Ctrl-C.",
  ].join("\n");
}

function find(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return command;
  throw new InputError("usage", `unknown command '${name}': use one of ${COMMANDS.map((each) => each.name).join(" ")}`);
}

async function main(words: readonly string[]): Promise<void> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    await writeLine(rest[0] === undefined ? overview() : helpOf(find(rest[0])));
    return;
  }
  if (name === "--version") {
    await writeLine(version());
    return;
  }
  const command = find(name);
  if (rest.includes("--help") || rest.includes("-h")) await writeLine(helpOf(command));
  else await command.run(parseArguments(command, rest));
}

// A reader that has seen enough, such as `head`, closes the pipe: that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

// Handed over by another Node, it ends with that, as one process would.
if (process.channel !== undefined) {
  process.channel.unref();
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof InputError) {
    note(`millrace: ${error.message}`);
    process.exitCode = EXIT_CODES[error.code];
    // A connection to a server that does not answer would keep this process for a minute.
    if (error.code === "store") setImmediate(() => process.exit());
  } else {
    note(
      `millrace: this is a fault of Millrace, please report it\n${error instanceof Error ? error.stack : String(error)}`,
    );
    process.exitCode = 1;
  }
}
