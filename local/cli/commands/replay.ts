import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { publishArtefact } from "#local/strategies/artefact.ts";
import { strategyRoots } from "#local/strategies/catalog.ts";
import type { ServerPlatform } from "#local/up/server-platform.ts";
import { hasEnded, type ReplaySession, runOf } from "#shared/app/replay/replay-session.ts";
import { startAsLive } from "#shared/app/replay/start-as-live.ts";
import { startReplay } from "#shared/app/replay/start-replay.ts";
import {
  listReplays,
  pauseReplay,
  resumeReplay,
  seekReplay,
  setReplaySpeed,
  stepReplay,
  stopReplay,
} from "#shared/app/replay/steer-replay.ts";
import { loadCode } from "#shared/app/run-plan.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { type Arguments, type Command, parseTime } from "../command.ts";
import { RUN_FAILED } from "../exit-codes.ts";
import { writeLine } from "../output.ts";
import { Progress } from "../progress.ts";
import { fractionOf, playsOf, rejectsLines, replayJson, replayTables, stateOf, steeredLine } from "../replay-lines.ts";
import { figureTable, runJson } from "../run-lines.ts";
import { LAST_TIME, spanOf } from "../span.ts";
import { formatTime } from "../table.ts";
import { withServers } from "../with-platform.ts";
import { PLAN_OPTIONS, planOf, prepareFeeds } from "./backtest.ts";

/** How often a session that is waited for is looked at, ms. */
const LOOK_MS = 500;
/** Of sessions that ended. */
const ENDED_SHOWN = 20;

export const replay: Command = {
  name: "replay",
  usage: "start <strategy> <feed …> | start <instrument> --as-live | list | <verb> <id>",
  summary: "play stored history through the streams again, at any speed",
  details: [
    "A session plays the candles (with --ticks: the trades) that a backtest would take, from the store",
    "or straight from a file, to a run of its own, whose results equal the backtest's. With --as-live it",
    "plays trades into the live stream, as a source that paper runs follow; it ends without saying that",
    "the instrument ended.",
    "  pause | resume | stop <session>",
    "  speed <session> <n|max>     1 is real time, max is as fast as it goes",
    "  seek <session> <time>       run afresh, as fast as it goes up to that time",
    "  step <session> [n]          while it is paused: n windows of its shortest timeframe",
  ].join("\n"),
  examples: [
    "replay start sma-cross binance:BTC/USDT@1m --from 2024-08-08 --speed 60",
    "replay start sma-cross binance:BTC/USDT@1m --file trades.zip --speed max --wait",
    "replay start binance:BTC/USDT --from 2024-08-08 --as-live",
    "replay start binance:BTC/USDT --from 2024-08-08 --as-live --file trades.zip",
    "replay seek replay-3fa9c1d2 2024-08-08T12:00",
  ],
  options: {
    param: { value: "NAME=VALUE", help: "a parameter of the strategy", many: true },
    ...PLAN_OPTIONS,
    speed: { value: "N|max", help: "how many times as fast as it happened (default 1)" },
    ticks: { help: "play trades, and make candles of them as live" },
    "as-live": { help: "into the live stream; refused where that is past --from or in use" },
    file: { value: "FILE", help: "play this file of trades instead of what is stored" },
    wait: { help: "wait for the end, and show the result" },
    all: { help: `in the list: all that ended in the last week (default the latest ${ENDED_SHOWN})` },
    json: { help: "one JSON object a session, or with --wait the run" },
  },
  positionals: [1, 12],
  async run(args) {
    const [verb, name, ...rest] = args.positionals;
    if (verb === "start" && name !== undefined) return withServers((platform) => start(platform, args.behindVerb()));
    if (verb === "list" && name === undefined) return withServers(({ store }) => list(store.checkpoints, args));
    const steer = STEERING[verb ?? ""];
    if (steer !== undefined && name !== undefined && rest.length >= steer.least && rest.length <= steer.most) {
      return withServers(async ({ store: { checkpoints } }) => {
        const session = await steer.change(checkpoints, await sessionOf(checkpoints, name), rest[0]);
        await writeLine(args.has("json") ? JSON.stringify(replayJson(session)) : steeredLine(session, verb!));
      });
    }
    throw new InputError(
      "usage",
      `'replay ${args.positionals.join(" ")}' is not known: write replay start <strategy> <feed>, replay list, replay ` +
        "pause, resume or stop <session>, replay speed <session> <n|max>, replay seek <session> <time> or replay step " +
        "<session> [n]",
    );
  },
};

interface Steering {
  /** Words behind the session. */
  readonly least: number;
  readonly most: number;
  readonly change: (checkpoints: CheckpointStore, id: string, word: string | undefined) => Promise<ReplaySession>;
}

const STEERING: Readonly<Record<string, Steering | undefined>> = {
  pause: { least: 0, most: 0, change: pauseReplay },
  resume: { least: 0, most: 0, change: resumeReplay },
  stop: { least: 0, most: 0, change: stopReplay },
  speed: { least: 1, most: 1, change: (ports, id, word) => setReplaySpeed(ports, id, speedOf("the speed", word!)) },
  seek: { least: 1, most: 1, change: (ports, id, word) => seekReplay(ports, id, parseTime("the time", word!)) },
  step: {
    least: 0,
    most: 1,
    change: (ports, id, word) => stepReplay(ports, id, word === undefined ? 1 : Number(word)),
  },
};

/** A speed as people write it. Throws InputError. */
function speedOf(what: string, text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const speed = text.trim() === "" ? Number.NaN : Number(text);
  if (speed > 0 && speed < Number.POSITIVE_INFINITY) return speed;
  throw new InputError("usage", `${what} is '${text}': give a number above 0, such as 60, or max`);
}

async function start(platform: ServerPlatform, args: Arguments): Promise<void> {
  const speed = speedOf("--speed", args.value("speed") ?? "1");
  const now = Date.now();
  const id = createHash("sha256").update(randomBytes(16)).digest("hex").slice(0, 8);
  const terms = { speed, id, now };
  const session = args.has("as-live") ? await playAsLive(platform, args, terms) : await playRun(platform, args, terms);
  if (args.has("wait")) return wait(platform, session, args);
  if (args.has("json")) return writeLine(JSON.stringify(replayJson(session)));
  await writeLine(
    [
      `${session.session}: ${playsOf(session)}, from ${session.from === 0 ? "the first that is held" : `${formatTime(session.from)} UTC`}`,
      "watch:  npx millrace replay list",
      ...(session.run === null ? [] : [`result: npx millrace runs show ${runOf(session)!.run}`]),
      `steer:  npx millrace replay pause|resume|speed|seek|step|stop ${session.session}`,
    ].join("\n"),
  );
}

type StartTerms = { readonly speed: number; readonly id: string; readonly now: number };

async function playRun(platform: ServerPlatform, args: Arguments, terms: StartTerms): Promise<ReplaySession> {
  if (args.positionals.length < 2) {
    throw new InputError(
      "usage",
      "no feed is given: write replay start <strategy> <exchange:BASE/QUOTE@timeframe>, or replay start " +
        "<exchange:BASE/QUOTE> --from TIME --as-live",
    );
  }
  const file = fileOf(args);
  const asked = await planOf(platform, args);
  const plan = file === null ? await prepareFeeds(platform, asked) : asked;
  const code = await loadCode(platform.catalog, plan.strategy);
  const { liveRunPorts } = await import("#local/up/live-run-ports.ts");
  await publishArtefact(platform.states, strategyRoots(process.env), code);
  const mode = args.has("ticks") ? "ticks" : "candles";
  return startReplay(liveRunPorts(platform), plan, code, { ...terms, mode, file });
}

function fileOf(args: Arguments): string | null {
  const path = args.value("file");
  if (path === null || existsSync(path)) return path === null ? null : resolve(path);
  throw new InputError("not-found", `there is no file ${path}: name a file of trades with --file`);
}

async function playAsLive({ store }: ServerPlatform, args: Arguments, terms: StartTerms): Promise<ReplaySession> {
  const [name, ...others] = args.positionals;
  if (others.length > 0) {
    throw new InputError("usage", `--as-live plays one instrument, and no strategy: write replay start ${others[0]} …`);
  }
  const [useless] = ["ticks", "param", "resample", "as", "warm-from"].filter((option) => args.has(option));
  if (useless !== undefined) throw new InputError("usage", `--${useless} is of no use with --as-live: leave it out`);
  const { from, to } = spanOf(args);
  if (!args.has("from")) throw new InputError("usage", "--as-live needs --from: the time from which trades are played");
  const span = { instrument: parseInstrument(name!), from, to: to === LAST_TIME ? null : to };
  return startAsLive(store, { ...terms, ...span, file: fileOf(args) });
}

/** Those that go on first, then those that ended last. */
async function list(checkpoints: CheckpointStore, args: Arguments): Promise<void> {
  const { sessions, unreadable } = await listReplays(checkpoints);
  const open = sessions.filter((session) => !hasEnded(session));
  const over = sessions.filter(hasEnded).sort((a, b) => (b.ended ?? 0) - (a.ended ?? 0));
  const shown = args.has("all") ? over : over.slice(0, ENDED_SHOWN);
  if (args.has("json")) {
    for (const session of [...open, ...shown]) await writeLine(JSON.stringify(replayJson(session)));
    for (const each of unreadable) await writeLine(JSON.stringify(each));
    return;
  }
  if (sessions.length > 0) await writeLine(replayTables(open, shown));
  else if (unreadable.length === 0) await writeLine("no replays: begin one with npx millrace replay start");
  for (const { error } of unreadable) await writeLine(error);
  const hidden = over.length - shown.length;
  if (hidden > 0) await writeLine(`… the latest ${shown.length} of ${over.length} that ended; --all shows all`);
}

/** The session with this id, or that of a run, or whose id alone begins so. Throws InputError. */
async function sessionOf(checkpoints: CheckpointStore, text: string): Promise<string> {
  const id = text.replace(/\.\d+$/, "");
  const found = (await listReplays(checkpoints)).sessions
    .map(({ session }) => session)
    .filter((each) => each.startsWith(id));
  const session = found.find((each) => each === id) ?? (found.length === 1 ? found[0] : undefined);
  if (session !== undefined) return session;
  const fault = found.length === 0 ? `no replay '${id}'` : `'${id}' may be ${found.join(" or ")}`;
  throw new InputError("not-found", `${fault}: 'npx millrace replay list' lists what there is`);
}

async function wait(platform: ServerPlatform, { session: id }: ReplaySession, args: Arguments): Promise<void> {
  const { checkpoints } = platform.store;
  const progress = new Progress(id);
  for (;;) {
    const session = (await listReplays(checkpoints)).sessions.find((each) => each.session === id);
    if (session === undefined) throw new InputError("not-found", `${id} is gone`);
    if (hasEnded(session)) {
      progress.done();
      return showEnd(platform, session, args);
    }
    const why = session.waits === null ? "" : `: ${session.waits.split("\n")[0]}`;
    progress.update(fractionOf(session), `${stateOf(session)} at ${formatTime(session.at)}${why}`);
    await sleep(LOOK_MS);
  }
}

async function showEnd({ liveRuns, store }: ServerPlatform, session: ReplaySession, args: Arguments): Promise<void> {
  const run = runOf(session);
  const record = run === null ? null : await liveRuns.get(run.run);
  if (session.phase === "failed") process.exitCode = RUN_FAILED;
  if (args.has("json")) {
    const told = record === null ? replayJson(session) : await runJson(store, record);
    return writeLine(JSON.stringify({ ...told, rejects: session.rejects }));
  }
  await writeLine([endText(session, record), ...rejectsLines(session)].join("\n"));
}

function endText(session: ReplaySession, record: RunRecord | null): string {
  if (session.phase === "failed") return `${playsOf(session)}: ${session.session} failed: ${session.error}`;
  if (record === null) return `${session.session}: ${session.phase} at ${formatTime(session.at)} UTC`;
  return [
    `${playsOf(session)}: run ${record.run}, ${session.phase}`,
    `\n${figureTable([record])}\n`,
    `result hash ${record.resultHash}`,
    `more: npx millrace runs show ${record.run}`,
  ].join("\n");
}
