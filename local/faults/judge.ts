import type { StreamPorts } from "#local/embedded/stream-host.ts";
import { liveRunPorts } from "#local/up/live-run-ports.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { CANDLES, DEAD_LETTERS, RUN_EVENTS } from "#shared/wire/topics.ts";
import { allRecords } from "./all-records.ts";
import { letterDifferences } from "./letters.ts";
import { DROPPED, INSTRUMENTS, LOSING } from "./market.ts";
import { OutcomeWriter, publishedOutcome, type StoredRun, storedOutcome } from "./outcome.ts";
import { stopRuns } from "./paper-runs.ts";
import { referenceOf } from "./reference.ts";
import type { Rig } from "./rig.ts";
import type { Played } from "./round.ts";
import type { Scenario } from "./scenario.ts";
import { readCandles, storedRevisions, storedTicks } from "./stored.ts";
import { differences } from "./verdict.ts";

/** What came out of the topics and the store that should not have, or did not: nothing where all is well. */
export async function judge(rig: Rig, scenario: Scenario, { ticks, runs }: Played): Promise<readonly string[]> {
  const { chain, platform, settings } = rig;
  const { published: expected, ports } = await referenceOf(ticks, runs, platform.catalog);
  const [candles, runEvents, letters] = await Promise.all(
    [CANDLES, RUN_EVENTS, DEAD_LETTERS].map((topic) => allRecords(chain.log, "the verdict", topic)),
  );
  const held = new Map<string, StoredRun>();
  for (const { run } of runs) {
    const { results } = platform.store;
    held.set(run, { results: await results.read(run), hashes: await results.readHashes(run) });
  }
  const stored = storedOutcome(await storedRevisions(settings.questdb), held);
  const publications = [...scenario.chaos, ...scenario.newer, ...scenario.recreated];
  const found = [
    ...differences("the stream", expected, publishedOutcome(candles!, runEvents!)),
    ...differences("QuestDB", expected, stored),
    ...differences("QuestDB", await storedTicks(ports.ticks), await storedTicks(platform.store.ticks)),
    ...letterDifferences(publications, [...ticks, ...candles!, ...runEvents!], letters!),
    ...(await lostSpan(rig)),
    ...idleParts(ticks, runs, expected),
  ];
  for (const choice of ["first", "greatest"] as const) {
    const [wanted, read] = [new OutcomeWriter(), new OutcomeWriter()];
    for (const candle of await readCandles(ports.candles, choice)) wanted.candle(candle);
    for (const candle of await readCandles(platform.store.candles, choice)) read.candle(candle);
    found.push(...differences(`a reader of the ${choice} revisions`, wanted, read));
  }
  return [...found, ...(await statedResults(rig, runs, ports))];
}

/** What stopped runs state, live and in the store that follows. */
async function statedResults(rig: Rig, runs: readonly RunRecord[], ports: StreamPorts): Promise<readonly string[]> {
  const { platform, chain } = rig;
  const expected = await stopRuns(ports, runs);
  const stopped = await stopRuns(liveRunPorts(platform), runs);
  await chain.drained();
  const stored = new Map((await platform.store.runs.list()).map((record) => [record.run, record]));
  const statement = (record: RunRecord | undefined): string =>
    JSON.stringify([record?.status, record?.resultHash, record?.error, record?.figures]);
  return runs.flatMap(({ run }) => {
    const wanted = statement(expected.get(run));
    return [
      ...(statement(stopped.get(run)) === wanted
        ? []
        : [`${run} states ${statement(stopped.get(run))}, not ${wanted}`]),
      ...(statement(stored.get(run)) === wanted ? [] : [`QuestDB has ${run} as ${statement(stored.get(run))}`]),
    ];
  });
}

/** Where a round would prove less than it says: runs that never trade, instruments that share a partition. */
function idleParts(
  ticks: readonly LogRecord[],
  runs: readonly RunRecord[],
  { outcome }: OutcomeWriter,
): readonly string[] {
  const partitions = new Map(ticks.map(({ key, partition }) => [key, partition]));
  const names = [...outcome.keys()];
  const idle = runs.filter(({ run }) => !names.some((name) => name.startsWith(`run ${run} trade`)));
  return [
    ...(new Set(partitions.values()).size === INSTRUMENTS.length ? [] : ["instruments share a partition"]),
    ...(names.some((name) => /^run \S+ at /.test(name)) ? [] : ["no run stated its result at midnight"]),
    ...idle.map(({ run, strategy, feeds }) => `run ${run} of ${strategy} on ${feeds.join(", ")} never traded`),
    ...(names.some((name) => name.endsWith("revision 1")) ? [] : ["no candle was restated"]),
  ];
}

/** The dropped blocks have to show: as a span that is known to be lost, and as candles that are gaps. */
async function lostSpan({ platform: { store } }: Rig): Promise<readonly string[]> {
  const coverage = await store.ranges.coverage(LOSING, DROPPED.from, DROPPED.to);
  const lost = coverage.filter(({ kind, reason }) => kind === "lost" && reason.includes("never came"));
  const query = { instrument: LOSING, timeframe: "1m", ...DROPPED } as const;
  let gaps = 0;
  for await (const block of store.candles.readOrigin(query, "live")) {
    gaps += block.filter(({ completeness }) => completeness === "gap").length;
  }
  return [
    ...(lost.length === 0 ? ["the dropped blocks are not told as lost"] : []),
    ...(gaps === 0 ? ["the dropped blocks left no gap among the candles"] : []),
  ];
}
