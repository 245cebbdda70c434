import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectFault } from "#local/cli/expect-fault.ts";
import { BTC, CommandFolder, makeTrades, START, writeTrades } from "#local/cli/test-command.ts";
import type { HostStatus } from "#local/host/host.ts";
import { sliceTicks } from "#shared/market/tick.ts";
import type { Connection } from "./connection-file.ts";
import { killStarted, NO_STORE, START_MS, startUpCommand } from "./test-up.ts";

const MINUTE = 60_000;
const NO_DATA = 4;
const CONFLICT = 7;
/** Trades of `trades.csv` are before it, those of `later.csv.gz` from it on. */
const SPLIT = START + 240 * MINUTE;
/** Trades of `last.csv` are from it on. */
const LAST = START + 360 * MINUTE;
const CASES_MS = 120_000;

let folder: CommandFolder;

beforeAll(async () => {
  folder = await CommandFolder.create();
  const trades = makeTrades(4_000, 0.3);
  const split = trades.ts.findIndex((ts) => ts >= SPLIT);
  const last = trades.ts.findIndex((ts) => ts >= LAST);
  await writeTrades(folder.file("trades.csv"), sliceTicks(trades, 0, split));
  await writeTrades(folder.file("later.csv.gz"), sliceTicks(trades, split, last));
  await writeTrades(folder.file("last.csv"), sliceTicks(trades, last, trades.length));
  await startUpCommand(folder.path);
  await folder.output(["import", BTC, "trades.csv"], NO_STORE);
}, 2 * START_MS);
afterAll(async () => {
  await killStarted();
  await folder[Symbol.asyncDispose]();
}, 30_000);

type Json = Readonly<Record<string, unknown>>;

const at = (ms: number): string => new Date(ms).toISOString();

/** The JSON that a command writes. */
const told = async (...words: readonly string[]): Promise<Json> =>
  JSON.parse(await folder.output([...words, "--json"], NO_STORE)) as Json;

const replay = (...words: readonly string[]): Promise<Json> => told("replay", ...words);

async function listed(id: unknown): Promise<Json> {
  const lines = (await folder.output(["replay", "list", "--json"], NO_STORE)).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Json).find(({ session }) => session === id)!;
}

/** Asks again until it is as wanted. */
async function until(ask: () => Promise<Json>, done: (answer: Json) => boolean): Promise<Json> {
  const deadline = performance.now() + CASES_MS / 2;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`it stays at ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

const tradesOf = ({ counts }: Json): number => (counts as { readonly trades: number }).trades;

const RUN = ["sma-cross", `${BTC}@1m`, "--from", at(START)];

/** Ends the replay task as no one else can; the host starts another one. */
async function killReplayTask(): Promise<void> {
  const connection = JSON.parse(await readFile(folder.file(".millrace/up/connection.json"), "utf8")) as Connection;
  const { tasks } = (await (await fetch(connection.statusUrl)).json()) as HostStatus;
  process.kill(tasks.find(({ name }) => name === "replay")!.processId!, "SIGKILL");
}

test("replays of stored ticks and of a file, two at once, equal the backtest", { timeout: CASES_MS }, async () => {
  const fast = [...RUN, "--speed", "max", "--wait"];
  const [ofTicks, ofFile] = await Promise.all([
    replay("start", ...fast, "--ticks"),
    replay("start", ...fast, "--file", "trades.csv"),
  ]);
  const tested = await told("backtest", ...RUN);
  expect(tested["counts"]).toMatchObject({ cycles: 240 });
  expect(tradesOf(tested)).toBeGreaterThan(1);
  const result = { status: "finished", resultHash: tested["resultHash"], figures: tested["figures"] };
  expect(ofTicks).toMatchObject({ kind: "replay", ...result, counts: tested["counts"] });
  expect(ofFile).toMatchObject({ kind: "replay", ...result, counts: tested["counts"] });
});

test("a replay is steered, and goes on when its task is killed", { timeout: CASES_MS }, async () => {
  const { session: id, run } = await replay("start", ...RUN, "--speed", "1");
  expect(await replay("pause", `${id}`)).toMatchObject({ paused: true, phase: "playing", generation: 0 });
  await replay("step", `${id}`, "10");
  const stepped = await until(
    () => listed(id),
    ({ rush, published }) => rush === null && Number(published) >= 10,
  );
  expect(stepped).toMatchObject({ paused: true, at: START + 10 * MINUTE, published: 10 });
  const sought = await replay("seek", `${id}`, at(START + 60 * MINUTE));
  expect(sought).toMatchObject({ generation: 1, run: `${id}.1`, paused: true });
  await until(
    () => listed(id),
    ({ at: reached, published }) => reached === START + 60 * MINUTE && published === 60,
  );

  expect(await replay("speed", `${id}`, "120")).toMatchObject({ speed: 120 });
  expect(await replay("resume", `${id}`)).toMatchObject({ paused: false });
  await until(
    () => listed(id),
    ({ published }) => Number(published) > 60,
  );
  await killReplayTask();
  expect(await replay("speed", `${id}`, "max")).toMatchObject({ speed: "max", phase: "playing" });
  await until(
    () => listed(id),
    ({ phase }) => phase === "finished",
  );
  const [first, second, tested] = await Promise.all([
    until(
      () => told("runs", "show", `${run}`),
      ({ status }) => status !== "running",
    ),
    until(
      () => told("runs", "show", `${id}.1`),
      ({ status }) => status !== "running",
    ),
    told("backtest", ...RUN),
  ]);
  expect(first).toMatchObject({ run: `${id}.0`, status: "stopped" });
  expect(second).toMatchObject({ status: "finished", resultHash: tested["resultHash"] });

  const other = await replay("start", ...RUN, "--speed", "1");
  await replay("stop", `${other["session"]}`);
  await until(
    () => listed(other["session"]),
    ({ phase }) => phase === "stopped",
  );
  expect(await folder.output(["replay", "list"], NO_STORE)).toMatch(new RegExp(`^${id}\\.1 .* finished `, "m"));
});

test("a paper run follows replays as live, of the store and of a file", { timeout: CASES_MS }, async () => {
  const feeds = [`${BTC}@1m`, `slow=${BTC}@5m`];
  const span = ["--from", at(START + 150 * MINUTE), "--warm-from", at(START)];
  const plan = ["trend-filter", ...feeds, ...span, "--param", "trend=5"];
  const { run } = await told("paper", "start", ...plan);
  const live = ["start", BTC, "--as-live", "--speed", "max", "--wait"];
  expect(await replay(...live, "--from", at(START + 150 * MINUTE))).toMatchObject({ phase: "finished", run: null });
  const lastBar = (minutes: number) => (answer: Json) => answer["lastBar"] === START + minutes * MINUTE;
  expect(await until(() => told("paper", "show", `${run}`), lastBar(240))).toMatchObject({ status: "running" });
  const stopped = await told("paper", "stop", `${run}`);
  const known = await told("backtest", ...plan, "--as", "known");
  expect(stopped).toMatchObject({ status: "stopped", resultHash: known["resultHash"], figures: known["figures"] });

  expect(await folder.output(["paper", "resume", `${run}`], NO_STORE)).toContain(
    `it catches up with the next live candle of ${BTC}`,
  );
  const more = await replay(...live, "--from", at(SPLIT), "--file", "later.csv.gz");
  expect(more).toMatchObject({ phase: "finished", mode: "as-live", error: null });
  await until(() => told("paper", "show", `${run}`), lastBar(360));
  const again = await told("paper", "stop", `${run}`);
  const whole = await told("backtest", ...plan, "--as", "known");
  expect(again).toMatchObject({ status: "stopped", resultHash: whole["resultHash"], figures: whole["figures"] });

  // What it stated at the midnight between the two is the result of its first stop, and what the shown backtest gives.
  const stated = [{ time: SPLIT, resultHash: known["resultHash"] }];
  expect(await told("paper", "show", `${run}`)).toMatchObject({ status: "stopped", midnightHashes: stated });
  const shown = await folder.output(["paper", "show", `${run}`], NO_STORE);
  expect(shown).toContain(`at midnight  2024-07-01 00:00 UTC  ${known["resultHash"]}\n`);
  const proofs = [...shown.matchAll(/^(?:result hash .*|at midnight .*)\nthe same {5}npx millrace (backtest .*)$/gm)];
  const proven = await Promise.all(proofs.map(([, command]) => told(...command!.split(" "))));
  expect(proven.map(({ resultHash }) => resultHash)).toEqual([whole["resultHash"], known["resultHash"]]);
  expect(shown).not.toContain("changed since");
  for (const words of [shown, await folder.output(["paper", "stop", `${run}`], NO_STORE)]) {
    expect(words).toMatch(
      /^the same\b.* backtest .*\n +\(unless history before its first live candle was imported since\)$/m,
    );
  }
  expect(tradesOf(whole)).toBeGreaterThan(tradesOf(known));
  const behind = await folder.run(["replay", ...live, "--from", at(SPLIT)], NO_STORE);
  expectFault(behind, CONFLICT, `${BTC} is live up to ${at(LAST)}`, "choose a --from after");
});

test("trades imported past the live stream say that they are to be played", { timeout: CASES_MS }, async () => {
  const words = `npx millrace replay start ${BTC} --from ${at(LAST)} --as-live --speed max`;
  const { code, stderr } = await folder.run(["import", BTC, "last.csv"], NO_STORE);
  expect(code).toBe(0);
  expect(stderr).toContain(`${BTC} is live up to ${at(LAST)}, so that its trades from `);
  expect(stderr).toContain(words);
  const span = ["--from", at(LAST)];
  const sought = [
    ["backtest", "sma-cross", `${BTC}@1m`, ...span],
    ["gaps", BTC, ...span],
  ];
  for (const each of sought) expectFault(await folder.run(each, NO_STORE), NO_DATA, "is live up to", words);
  await told(...words.split(" ").slice(2), "--wait");
  expect(await told("backtest", "sma-cross", `${BTC}@1m`, ...span)).toMatchObject({ status: "finished" });
  expect((await folder.run(["import", BTC, "last.csv"], NO_STORE)).stderr).not.toContain("is live up to");
});
