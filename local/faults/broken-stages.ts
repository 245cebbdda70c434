import { Aggregator } from "#shared/aggregation/aggregator.ts";
import { AGGREGATOR_SCHEMA, decodeAggregator, encodeAggregator } from "#shared/aggregation/aggregator-codec.ts";
import { IdRanges } from "#shared/aggregation/id-ranges.ts";
import { SequenceMemory, type Sifted } from "#shared/aggregation/tick-memory.ts";
import { AGGREGATE, aggregate, LIVE_TIMEFRAMES } from "#shared/app/aggregate.ts";
import { type Output, type StageState, stepStage } from "#shared/app/stage.ts";
import { InputError } from "#shared/market/input-error.ts";
import { instrumentKey } from "#shared/market/instrument.ts";
import type { TickColumns } from "#shared/market/tick.ts";
import type { LogRecord, OutgoingRecord } from "#shared/ports/event-log.ts";
import { encodeCandlesRecord } from "#shared/wire/candle-records.ts";
import { decodeTickRecord } from "#shared/wire/tick-records.ts";
import { CANDLES } from "#shared/wire/topics.ts";
import { STAGES, type Stages, type Work } from "./memory-chain.ts";

/** Commits its checkpoint before it publishes: what a crash in between should have put out never comes. */
const commitsFirst: Work = async (ports, records) => {
  const waiting: [string, readonly OutgoingRecord[]][] = [];
  const log = replacing(ports.log, {
    async publish(topic, outputs) {
      waiting.push([topic, outputs]);
    },
  });
  const checkpoints = replacing(ports.checkpoints, {
    async commit(...args) {
      const outputs = waiting.splice(0);
      const won = await ports.checkpoints.commit(...args);
      if (won) for (const each of outputs) await ports.log.publish(...each);
      return won;
    },
  });
  await aggregate({ ...ports, log, checkpoints }, records);
};

/** Forgets how far it has folded, too: batches that come again are folded again. */
const hasNoFence: Work = async (ports, records) => {
  const checkpoints = replacing(ports.checkpoints, {
    async load(stage, key) {
      const stored = await ports.checkpoints.load(stage, key);
      return stored === null ? null : { ...stored, fence: [] };
    },
  });
  await hasNoContentFence({ ...ports, checkpoints }, records);
};

/** Does not look at ids: a block that is published again is folded again. */
const hasNoContentFence: Work = async (ports, records) => {
  for (const [key, ofInstrument] of Map.groupBy(records, (record) => record.key)) {
    const open = (state: Uint8Array | null): StageState => new CredulousState(key, state);
    await stepStage(ports, { stage: AGGREGATE, key, schema: AGGREGATOR_SCHEMA, open }, ofInstrument);
  }
};

/** Stages that break a rule each, in `aggregate`; without the fence of offsets, that of content catches all that comes again. */
export const COMMITS_BEFORE_OUTPUT: Stages = { ...STAGES, aggregate: commitsFirst };
export const WITHOUT_CONTENT_FENCE: Stages = { ...STAGES, aggregate: hasNoContentFence };
export const WITHOUT_FENCES: Stages = { ...STAGES, aggregate: hasNoFence };

/** Holds every id, and lets every tick pass all the same. */
class CredulousMemory extends SequenceMemory {
  override sift(ticks: TickColumns): Sifted {
    super.sift(ticks);
    return { fresh: ticks, forgotten: [] };
  }
}

class CredulousState implements StageState {
  readonly #aggregator: Aggregator;

  constructor(key: string, state: Uint8Array | null) {
    const decoded = state === null ? undefined : decodeAggregator(state, LIVE_TIMEFRAMES);
    const ranges = decoded?.memory instanceof SequenceMemory ? decoded.memory.ranges : new IdRanges();
    this.#aggregator = new Aggregator(
      key,
      LIVE_TIMEFRAMES,
      decoded && { ...decoded, memory: new CredulousMemory(ranges) },
    );
  }

  fold(record: LogRecord): readonly Output[] {
    try {
      const { instrument, record: ticks } = decodeTickRecord(record.value);
      const value = encodeCandlesRecord({ instrument, ...this.#aggregator.fold(ticks) });
      return [{ topic: CANDLES, key: instrumentKey(instrument), value }];
    } catch (error) {
      if (error instanceof InputError) return [];
      throw error;
    }
  }

  encode(): Uint8Array {
    return encodeAggregator(this.#aggregator.state);
  }
}

/** A port with some of its methods replaced. */
function replacing<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
