import { rebuild } from "#shared/app/rebuild.ts";
import type { ReplayFileStore, ReplayFiles } from "#shared/app/replay/replay-ports.ts";
import { hasEnded, type ReplaySession } from "#shared/app/replay/replay-session.ts";
import { loadSession } from "#shared/app/replay/session-store.ts";
import { type ReplayTerms, startReplay } from "#shared/app/replay/start-replay.ts";
import type { RunPlan } from "#shared/app/run-plan.ts";
import { Strategy } from "#shared/engine/strategy.ts";
import { parseInstrument } from "#shared/market/instrument.ts";
import { type Tick, tickColumns } from "#shared/market/tick.ts";
import { codeOf, type MemoryPorts, memoryPorts, planOf, TestCatalog } from "./test-chain.ts";

export const MINUTE = 60_000;
export const BTC = parseInstrument("binance:BTC/USDT");
export const NOON = Date.UTC(2024, 5, 1, 12);

class Throws extends Strategy({}) {
  override next(): void {
    throw new Error("not this market");
  }
}

/** A trade every 20 s, `minutes` long, rebuilt. */
export async function market(minutes: number): Promise<MemoryPorts> {
  const ports = memoryPorts(1, new TestCatalog({ throws: Throws }));
  const ticks = Array.from({ length: minutes * 3 }, (_, i): Tick => {
    return { id: i, ts: NOON + i * 20_000, price: 100 + ((i * 7) % 11), amount: 1, side: "buy" };
  });
  await ports.ticks.append(BTC, tickColumns(ticks), "import");
  await ports.ranges.markDirty(BTC, NOON, NOON + minutes * MINUTE);
  await rebuild(ports, BTC);
  return ports;
}

export const PLAN: RunPlan = { ...planOf("sma-cross", ["binance:BTC/USDT@1m"], NOON), choice: "best" };
export const TERMS: ReplayTerms = { mode: "candles", speed: Number.POSITIVE_INFINITY, file: null, id: "1", now: 0 };

/** Starts a session of the plan. Resolves to its id. */
export async function started(ports: MemoryPorts, terms: Partial<ReplayTerms> = {}, plan = PLAN): Promise<string> {
  const code = await codeOf(ports.catalog, plan.strategy);
  return (await startReplay(ports, plan, code, { ...TERMS, ...terms })).session;
}

export const sessionIn = async (ports: MemoryPorts, id: string): Promise<ReplaySession> =>
  (await loadSession(ports.checkpoints, id))!.session;

/** For `playAll`. */
export const untilEnd = (ports: MemoryPorts, id: string) => async (): Promise<boolean> =>
  !hasEnded(await sessionIn(ports, id));

/** Opens `ports` as any file. */
export function filesOf(ports: MemoryPorts, onOpen: () => void = () => {}): ReplayFiles {
  const { ticks, candles, ranges } = ports;
  const open = async (): Promise<ReplayFileStore> => {
    onOpen();
    return { ticks, candles, ranges, rejects: null, close: async () => {} };
  };
  return { open, remove: async () => {}, forget: async () => {} };
}
