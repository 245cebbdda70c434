import { cutText } from "../market/cut-text.ts";
import { LONGEST_REASON } from "./text-limits.ts";

/** Where in a strategy something happened. */
export type Hook =
  | "prenextOpen"
  | "nextOpen"
  | "prenext"
  | "nextstart"
  | "next"
  | "notifyOrder"
  | "notifyTrade"
  | "notifyTimer"
  | "indicators"
  | "state";

/** A strategy threw: its run has failed. What it did before can still be drained. */
export class StrategyError extends Error {
  override readonly name = "StrategyError";
  readonly hook: Hook;
  /** The cycle's clock, ms UTC. */
  readonly time: number;

  constructor(strategy: string, hook: Hook, time: number, cause: unknown) {
    const reason = cutText(wordsOf(cause), LONGEST_REASON);
    const advice = isWriteToFrozen(cause) ? "; what changes from bar to bar belongs in state = { … }" : "";
    super(`${strategy}.${hook} failed at ${new Date(time).toISOString()}: ${reason}${advice}`, { cause });
    this.hook = hook;
    this.time = time;
  }
}

/** What was thrown, in words: a strategy may throw anything. */
function wordsOf(cause: unknown): string {
  try {
    return String(cause instanceof Error ? cause.message : cause);
  } catch {
    return "it threw what cannot be told in words";
  }
}

/** Whether a strategy wrote to its own fields, which are frozen once it is made. V8's words. */
function isWriteToFrozen(cause: unknown): boolean {
  return (
    cause instanceof TypeError &&
    /^Cannot (assign to read only property|add property|delete property) /.test(cause.message)
  );
}
