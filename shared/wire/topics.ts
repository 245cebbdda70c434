/** The topics, by name. Their partitions and retention stand in functions/topology.ts. */
export const TICKS = "ticks";
export const CANDLES = "candles";
export const RUN_EVENTS = "run-events";
export const DEAD_LETTERS = "dead-letters";
