import { findDeadLetter, type HeldLetter, readDeadLetters, retryDeadLetter } from "#shared/app/dead-letters.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { wrapped } from "../status-lines.ts";
import { formatTime, renderTable } from "../table.ts";
import { withServers } from "../with-platform.ts";

const COLUMNS = [
  { heading: "letter", align: "right" },
  { heading: "sent (UTC)" },
  { heading: "from" },
  { heading: "reason" },
] as const;
/** Of a reason in the list. */
const LONGEST_REASON = 34;
const SHOWN = 20;

export const deadLetters: Command = {
  name: "dead-letters",
  usage: "list | show <letter> | retry <letter>",
  summary: "show the records that no stage could use, and send them again",
  details: [
    "A letter is named by its number in the list. 'show' writes all of it and its raw record. 'retry'",
    "publishes the record to its topic again, for when its reader was mended: what is folded already",
    "is dropped by content.",
  ].join("\n"),
  examples: ["dead-letters list", "dead-letters show 17", "dead-letters retry 17"],
  options: {
    all: { help: `in the list: all that are held (default the latest ${SHOWN})` },
    again: { help: "retry one that was retried before" },
    json: { help: "one JSON object a letter, the raw record in base64" },
  },
  positionals: [1, 2],
  async run(args) {
    const [verb, number] = args.positionals;
    if (verb === "list" && number === undefined) return list(args);
    if (verb === "show" && number !== undefined) return show(letterOf(number), args);
    if (verb === "retry" && number !== undefined) return retry(letterOf(number), args);
    throw new InputError(
      "usage",
      `'dead-letters ${args.positionals.join(" ")}' is not known: write dead-letters list, show <letter> or retry <letter>`,
    );
  },
};

function letterOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InputError(
    "usage",
    `'${text}' is no letter: give its number, as 'npx millrace dead-letters list' shows it`,
  );
}

async function list(args: Arguments): Promise<void> {
  await withServers(async ({ log, store: { checkpoints } }) => {
    let count = 0;
    let shown: HeldLetter[] = [];
    for await (const letter of readDeadLetters({ log, checkpoints })) {
      count++;
      shown.push(letter);
      if (!args.has("all")) shown = shown.slice(-SHOWN);
    }
    if (args.has("json")) for (const letter of shown) await writeLine(json(letter));
    else if (count === 0) await writeLine("no dead letters are held");
    else {
      const rows = shown.map(({ letter, sent, topic, partition, offset, reason, retried }) => [
        String(letter),
        formatTime(sent).slice(0, 19),
        `${topic}/${partition}@${offset}`,
        `${retried === null ? "" : "retried; "}${reason}`.slice(0, LONGEST_REASON),
      ]);
      await writeLine(renderTable(COLUMNS, rows));
      if (count > shown.length) await writeLine(`… the latest of ${count}; --all shows all`);
    }
  });
}

async function show(number: number, args: Arguments): Promise<void> {
  await withServers(async ({ log, store: { checkpoints } }) => {
    const letter = await findDeadLetter({ log, checkpoints }, number);
    await writeLine(args.has("json") ? json(letter) : describe(letter));
  });
}

async function retry(number: number, args: Arguments): Promise<void> {
  await withServers(async ({ log, store: { checkpoints } }) => {
    const letter = await retryDeadLetter({ log, checkpoints }, number, Date.now(), args.has("again"));
    await writeLine(
      args.has("json")
        ? json(letter)
        : `the record of letter ${number} is on topic ${letter.topic} again; if it is still bad, a new letter comes`,
    );
  });
}

function json(letter: HeldLetter): string {
  const value = letter.value === null ? null : Buffer.from(letter.value).toString("base64");
  return JSON.stringify({ ...letter, value });
}

function describe(letter: HeldLetter): string {
  const { topic, partition, offset, key, row, reason, value, sent, retried } = letter;
  return [
    `letter   ${letter.letter}, sent ${formatTime(sent)} UTC${retried === null ? "" : `, retried ${formatTime(retried)} UTC`}`,
    `from     topic ${topic}, partition ${partition}, offset ${offset}, key ${key}`,
    row === null ? "what     the whole record" : `what     row ${row} of the record`,
    "reason",
    ...wrapped(reason).map((line) => `  ${line}`),
    "record",
    value === null ? "  a tombstone" : textOf(value),
  ].join("\n");
}

/** The record as text where it is one, else in base64. */
function textOf(value: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return `${Buffer.from(value).toString("base64")} (base64)`;
  }
}
