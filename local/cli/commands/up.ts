import { join } from "node:path";
import { DEFAULT_FOLDER, upFolder } from "#local/up/connection-file.ts";
import type { Up, UpListener } from "#local/up/run-up.ts";
import type { Command } from "../command.ts";
import { shellWord } from "../hint.ts";
import { writeLine } from "../output.ts";
import { wrapped } from "../status-lines.ts";

const INTERRUPTED = 130;
const NAME_WIDTH = 15;
/** Columns of a narrow terminal. */
const WIDTH = 80;

export const up: Command = {
  name: "up",
  usage: "",
  summary: "run Kafka, QuestDB, DynamoDB Local and the functions on this machine, until Ctrl-C",
  details: [
    "Data, logs and passwords stay in the folder, and the next start goes on with them. Needs Java",
    "and Maven: 'npm run setup -- --yes' brings them. All other commands find what runs here by",
    "themselves. A server that ends by itself is started again. Ctrl-C stops all in their order; a",
    "second one ends all at once.",
  ].join("\n"),
  examples: ["up", "up --folder /data/millrace"],
  options: {
    folder: { value: "DIR", help: `where everything is kept (default ${DEFAULT_FOLDER}, or MILLRACE_UP)` },
  },
  positionals: [0, 0],
  async run(args) {
    const folder = args.value("folder") ?? upFolder(process.env);
    const { startUp } = await import("#local/up/run-up.ts");
    const stopping = asked();
    const starting = startUp(folder, screen);
    // One that is asked to end while it starts ends once it can.
    const running = await starting;
    await writeLine(welcome(running, folder));
    await stopping;
    await writeLine("");
    await running.stop();
    await writeLine("Stopped; all data are kept.");
  },
};

/** Resolves when the user, or the system, asks the process to end. Asked again, it ends at once, and all it started. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    let before = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (before) process.exit(INTERRUPTED);
        before = true;
        resolve();
      });
    }
  });
}

const screen: UpListener = {
  busy: (name, what) => print(name, `${what} …`),
  ready: (name, where, ms) => print(name, `${where}  (${(ms / 1_000).toFixed(1)} s)`),
  happened: (name, what) => print(name, `${new Date().toISOString().slice(11, 19)} ${what}`),
};

function print(name: string, text: string): void {
  const lines = wrapped(text, WIDTH - NAME_WIDTH - 4);
  for (const [i, line] of lines.entries()) {
    process.stdout.write(`  ${(i === 0 ? name : "").padEnd(NAME_WIDTH)}  ${line}\n`);
  }
}

function welcome({ servers, logFiles }: Up, folder: string): string {
  const { kafka, questdb, dynamodb } = servers;
  const connection = join(folder, "connection.json");
  const parts = [
    ["Kafka", `${kafka.brokers.join()}, user ${kafka.user} (SCRAM-SHA-512)`],
    ["QuestDB", `console http://127.0.0.1:${questdb.ports.http}, user ${questdb.httpUser.user}`],
    ["", `SQL 127.0.0.1:${questdb.ports.pg}, user ${questdb.pgUser.user}; ${questdb.pgReader.user} may only read`],
    ["DynamoDB Local", dynamodb.endpoint],
    ["passwords", `${connection}, readable by you alone`],
    ...Object.entries(logFiles).map(([name, file]) => [name === "Kafka" ? "logs" : "", `${file}`] as const),
  ];
  const elsewhere = folder === DEFAULT_FOLDER ? "in this folder" : `after 'export MILLRACE_UP=${shellWord(folder)}'`;
  return [
    "",
    "Millrace runs.",
    "",
    ...parts.map(([name, text]) => `  ${(name ?? "").padEnd(NAME_WIDTH)}  ${text}`),
    "",
    `What to do next, in another terminal ${elsewhere}:`,
    "",
    "  npx millrace demo                     # once: makes trades, if you have none",
    "  npx millrace import binance:BTC/USDT .millrace/demo/BTCUSDT-*.csv.gz",
    "  npx millrace replay start sma-cross binance:BTC/USDT@1m --speed 600",
    "  npx millrace paper start sma-cross binance:BTC/USDT@1m --from 2024-08-07",
    "  npx millrace replay start binance:BTC/USDT --from 2024-08-07 --as-live --speed 600",
    "  npx millrace status --watch",
    "",
    "The last but one plays stored trades as the live stream that paper runs follow. A",
    "paper run trades from --from on; without, it waits for what is not stored yet.",
    "Ctrl-C stops all; data stay.",
  ].join("\n");
}
