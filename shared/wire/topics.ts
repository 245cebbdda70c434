/** The topics, by name. Their partitions and retention stand in functions/topology.ts. */
export const TICKS = "ticks";
export const CANDLES = "candles";
export const RUN_EVENTS = "run-events";
/** As `ticks` and `candles`, of replay sessions: a key is session, generation and instrument. */
export const REPLAY_TICKS = "replay-ticks";
export const REPLAY_CANDLES = "replay-candles";
export const DEAD_LETTERS = "dead-letters";

/** The consumer group that reads any topic without ever committing: it stands at the oldest record. */
export const ONLOOKER = "millrace/onlooker";
