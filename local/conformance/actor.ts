import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { AnyStrategy } from "#shared/engine/strategy.ts";
import type { Recording } from "./recording.ts";

/** What the one who decides the orders of a case works with. */
export interface Desk {
  readonly strategy: AnyStrategy;
  readonly recording: Recording;
  /** Every feed of the case by name, in order. */
  readonly feeds: ReadonlyMap<string, FeedView>;
}

/** Decides what the strategy of a case orders. */
export interface Actor {
  /** Called in the open hook of a cycle. @param cycle its number, from 1 */
  open(cycle: number): void;
  /** Called once in each cycle. @param warm whether all minimum periods are reached */
  turn(cycle: number, warm: boolean): void;
}

/** Makes an actor, and registers its indicators; called once, while the strategy is made. */
export type ActorMaker = (desk: Desk) => Actor;
