import { groupOf, STREAM_FUNCTIONS, TOPICS, type Topic } from "#functions/topology.ts";
import { raiseEpoch, type TopicState, topicStates } from "#shared/app/topics.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Arguments, Command } from "../command.ts";
import { writeLine } from "../output.ts";
import { formatDuration, formatNumber, renderTable } from "../table.ts";
import { ANSWER_MS, withServers } from "../with-platform.ts";

const COLUMNS = [
  { heading: "topic" },
  { heading: "partitions", align: "right" },
  { heading: "records", align: "right" },
  { heading: "kept for" },
  { heading: "epoch", align: "right" },
  { heading: "reader" },
  { heading: "behind", align: "right" },
] as const;

export const topics: Command = {
  name: "topics",
  usage: "[recreated <topic>]",
  summary: "show the topics and who reads them; say that one was recreated",
  details: [
    "A topic that was deleted and made anew begins at offset 0, and its stages stop: what they fold",
    "might be folded already. 'topics recreated <topic>' makes it where it is missing, and tells the",
    "stages to go on from its start: their states stay, and what they know they drop by content.",
  ].join("\n"),
  examples: ["topics", "topics recreated ticks"],
  options: { json: { help: "one JSON object a topic" } },
  positionals: [0, 2],
  async run(args) {
    const [verb, name] = args.positionals;
    if (verb === undefined) return list(args);
    if (verb === "recreated" && name !== undefined) return recreated(topicOf(name));
    throw new InputError(
      "usage",
      `'topics ${args.positionals.join(" ")}' is not known: write npx millrace topics, or topics recreated <topic>`,
    );
  },
};

function topicOf(name: string): Topic {
  const found = TOPICS.find((topic) => topic.name === name);
  if (found !== undefined) return found;
  throw new InputError("not-found", `no topic '${name}': there are ${TOPICS.map((topic) => topic.name).join(", ")}`);
}

async function list(args: Arguments): Promise<void> {
  const plans = TOPICS.map(({ name, retentionMs }) => ({
    name,
    retentionMs,
    groups: STREAM_FUNCTIONS.filter(({ topic }) => topic === name).map(groupOf),
  }));
  await withServers(async ({ log, store: { checkpoints } }) => {
    const states = await topicStates({ log, checkpoints }, plans);
    if (args.has("json")) for (const state of states) await writeLine(JSON.stringify(state));
    else await writeLine(describe(states));
  });
}

function describe(states: readonly TopicState[]): string {
  const rows = states.flatMap(({ name, partitions, held, retentionMs, epoch, groups }) => {
    const [first, ...others] = groups.map(({ group, lag }) => [group.split("/")[0]!, formatNumber(lag, 0)]);
    const own = [
      name,
      partitions === null ? "missing" : String(partitions),
      partitions === null ? "–" : formatNumber(held, 0),
      formatDuration(retentionMs),
      String(epoch),
    ];
    return [[...own, ...(first ?? ["–", ""])], ...others.map((other) => ["", "", "", "", "", ...other])];
  });
  const missing = states.find(({ partitions }) => partitions === null);
  return [
    renderTable(COLUMNS, rows),
    ...(missing === undefined ? [] : [`'npx millrace topics recreated ${missing.name}' makes what is missing`]),
  ].join("\n");
}

async function recreated(topic: Topic): Promise<void> {
  await withServers(async ({ log, store: { checkpoints } }, { environment }) => {
    const [{ createTopics }, { serverNames, serverSettings }, { answered }] = await Promise.all([
      import("#shared/adapters/kafka/topics.ts"),
      import("#local/up/server-settings.ts"),
      import("#local/up/answering.ts"),
    ]);
    const settings = await serverSettings(environment);
    const making = createTopics(settings.kafka, [topic], Math.min(3, settings.kafka.brokers.length));
    const made = await answered(making, serverNames(settings).kafka, ANSWER_MS);
    const { reset } = await raiseEpoch({ log, checkpoints }, topic.name);
    await writeLine(outcome(topic.name, made.length > 0, reset));
  });
}

function outcome(name: string, made: boolean, reset: number): string {
  if (reset > 0) {
    const states = reset === 1 ? "1 state goes" : `${reset} states go`;
    return `${name}: ${states} on from the start of the new topic, dropping by content what they know`;
  }
  if (made) return `${name} was missing and is made anew: no stage had read it, so nothing else had to be changed`;
  return `${name} was not recreated, or that was said before: nothing to change`;
}
