import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StreamHost } from "#local/embedded/stream-host.ts";
import {
  type Arrival,
  type MemoryPorts,
  memoryPorts,
  planOf,
  publishTicks,
  stopped,
} from "#local/embedded/test-chain.ts";
import { LargeStateFolder } from "#shared/adapters/files/large-state-folder.ts";
import { StoredArtefacts } from "#shared/adapters/files/stored-artefacts.ts";
import { backtest } from "#shared/app/backtest.ts";
import { resumePaperRun, startPaperRun } from "#shared/app/paper-run.ts";
import { parsePlan, type RunCode, type RunPlan } from "#shared/app/run-plan.ts";
import { tickRecords } from "#shared/app/tick-records.ts";
import { InputError } from "#shared/market/input-error.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { tickColumns } from "#shared/market/tick.ts";
import { artefactKey } from "#shared/wire/run-artefact.ts";
import { publishArtefact } from "./artefact.ts";
import { engineHash, loadStrategy } from "./catalog.ts";

const MINUTE = 60_000;
const BTC = parseInstrument("binance:BTC/USDT");
const START = Date.UTC(2024, 5, 1, 12);

const STRATEGY = `import { CrossOver } from "#shared/engine/indicators/cross-over.ts";
import { SMA } from "#shared/engine/indicators/sma.ts";
import { int } from "#shared/engine/parameter.ts";
import { Strategy } from "#shared/engine/strategy.ts";

export class Turns extends Strategy({ fast: int(2, { min: 1, max: 9 }), slow: int(3, { min: 2, max: 9 }) }) {
  readonly cross = new CrossOver(
    new SMA(this.data.close, { period: this.params.fast }),
    new SMA(this.data.close, { period: this.params.slow }),
  );
  state = { bars: 0 };

  override next(): void {
    this.state.bars++;
    if (this.state.bars === Number(this.params.slow) * 100) throw new Error("so many bars");
    if (this.cross.now > 0 && this.position.size === 0) this.buy({ size: 1 });
    if (this.cross.now < 0 && this.position.size > 0) this.close();
  }
}
`;

const THROWING = new TextEncoder().encode(`throw new Error("no such variable here")`);

let folder = "";
let ports: MemoryPorts;
let store: LargeStateFolder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-artefact-test-"));
  await mkdir(join(folder, "turns"));
  await writeFile(join(folder, "turns", "strategy.ts"), STRATEGY);
  store = new LargeStateFolder(join(folder, "states"));
  ports = { ...memoryPorts(), artefacts: new StoredArtefacts(store) };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function codeOfTurns(): Promise<RunCode> {
  return { strategy: await loadStrategy([folder], "turns"), engineHash: await engineHash() };
}

/** Trades every 20 s of minutes `from` to `to`, and time up to there. */
function minutes(from: number, to: number): Arrival[] {
  const ticks = Array.from({ length: (to - from) * 3 }, (_, i) => {
    const id = from * 3 + i;
    return { id, ts: START + id * 20_000, price: 100 + ((id * 7) % 11), amount: 1, side: "buy" as const };
  });
  const records = tickRecords(tickColumns(ticks), { origin: "live", span: MINUTE });
  const beat = { kind: "heartbeat", watermark: START + to * MINUTE } as const;
  return [...records, beat].map((record) => ({ instrument: BTC, record }));
}

async function send(arrivals: readonly Arrival[], to = ports): Promise<void> {
  await publishTicks(to.log, arrivals);
  await new StreamHost(to).drain();
}

const PLAN: RunPlan = { ...planOf("turns", ["binance:BTC/USDT@1m"], START - MINUTE), params: { fast: 2, slow: 4 } };

test("a live run goes on with the code that it was registered with, though its file is changed and deleted", async () => {
  const code = await codeOfTurns();
  await publishArtefact(store, [folder], code);
  const { run, definition } = await startPaperRun(ports, PLAN, code, 1);
  await send(minutes(0, 20));
  await writeFile(join(folder, "turns", "strategy.ts"), STRATEGY.replace("size: 1", "size: 2"));
  await send(minutes(20, 40));
  const changed = await startPaperRun(ports, PLAN, await published(), 2);
  await rm(join(folder, "turns"), { recursive: true });
  // As another process would, which has loaded nothing yet.
  const fresh = { ...ports, artefacts: new StoredArtefacts(store) };
  await send(minutes(40, 60), fresh);
  await stopped(fresh, run);
  await send(minutes(60, 70), fresh);
  await resumePaperRun(fresh, run);
  await send(minutes(70, 80), fresh);
  const { resultHash } = await stopped(fresh, run);
  const tested = await backtest(ports, parsePlan(definition), code, 0);
  expect(resultHash).toBe(tested.resultHash);
  const results = await ports.results.read(run);
  expect(results).toEqual(await ports.results.read(tested.run));
  expect(results.fills.length).toBeGreaterThan(10);
  expect((await stopped(fresh, changed.run)).resultHash).not.toBe(resultHash);
  expect((await ports.results.read(changed.run)).fills[0]!.size).toBe(2);
});

async function published(): Promise<RunCode> {
  const code = await codeOfTurns();
  await publishArtefact(store, [folder], code);
  return code;
}

test("a failed run tells where in the strategy's own file it threw", async () => {
  const code = await published();
  const { run } = await startPaperRun(ports, { ...PLAN, params: { fast: 1, slow: 2 } }, code, 1);
  await send(minutes(0, 210));
  const record = await ports.runs.get(run);
  expect(record?.status).toBe("failed");
  const [message, ...frames] = record!.error!.split("\n");
  expect(message).toBe("Turns.next failed at 2024-06-01T15:21:59.999Z: so many bars");
  expect(frames).toEqual([expect.stringMatching(/^ {4}at Turns\.next \(.*turns\/strategy\.ts:15:\d+\)$/)]);
});

test("a run whose stored code throws where it is loaded says so and waits, and no other does", async () => {
  const code = await published();
  const { run } = await startPaperRun(ports, PLAN, code, 1);
  await writeFile(join(folder, "turns", "strategy.ts"), STRATEGY.replace("size: 1", "size: 2"));
  const { run: going } = await startPaperRun(ports, PLAN, await published(), 2);
  await store.put(artefactKey({ bundleHash: code.strategy.bundleHash, engineHash: code.engineHash }), THROWING);
  await send(minutes(0, 10), { ...ports, artefacts: new StoredArtefacts(store) });
  const why = expect.stringContaining("the stored code of strategy turns cannot be loaded: no such variable");
  expect(await ports.runs.get(run)).toMatchObject({ status: "running", error: why });
  expect((await ports.results.read(going)).cycles.length).toBe(10);
});

test("a run is not registered without its code, nor with a plan that the code refuses", async () => {
  const code = await codeOfTurns();
  await expect(startPaperRun(ports, PLAN, code, 1)).rejects.toMatchObject({ code: "not-found" });
  await publishArtefact(store, [folder], code);
  const slow = { ...PLAN, broker: { ...PLAN.broker, cash: -1 } };
  await expect(startPaperRun(ports, slow, code, 1)).rejects.toThrow(InputError);
  expect(await ports.runs.list()).toEqual([]);
});

test("code that was changed since it was loaded is not stored as what it was", async () => {
  const code = await codeOfTurns();
  await writeFile(join(folder, "turns", "strategy.ts"), STRATEGY.replace("size: 1", "size: 2"));
  await expect(publishArtefact(store, [folder], code)).rejects.toThrow("was changed while the run began");
});

test("an artefact of another interface is refused, and one that is stored later is found", async () => {
  const pin = { strategy: "turns", bundleHash: "b", engineHash: "e" };
  const artefacts = new StoredArtefacts(store);
  await expect(artefacts.load(pin)).rejects.toMatchObject({ code: "not-found" });
  await store.put(artefactKey(pin), new TextEncoder().encode("export const version = 99; export const artefact = {};"));
  await expect(artefacts.load(pin)).rejects.toThrow("is of version 99, this Millrace knows version 2");
});
