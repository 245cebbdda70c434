import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Actor, ActorMaker, Desk } from "./actor.ts";
import type { CaseAction } from "./case.ts";
import { bracketRequest, orderRequest } from "./order-requests.ts";

/** Does what a script says, each action in its cycle. */
export function script(actions: readonly CaseAction[]): ActorMaker {
  return (desk) => new Script(actions, desk);
}

class Script implements Actor {
  private readonly openings = new Map<number, CaseAction[]>();
  private readonly turns = new Map<number, CaseAction[]>();
  private readonly desk: Desk;

  constructor(actions: readonly CaseAction[], desk: Desk) {
    this.desk = desk;
    for (const action of actions) {
      const cycles = action.when === "open" ? this.openings : this.turns;
      const list = cycles.get(action.bar);
      if (list === undefined) cycles.set(action.bar, [action]);
      else list.push(action);
    }
  }

  open(cycle: number): void {
    for (const action of this.openings.get(cycle) ?? []) perform(this.desk, action);
  }

  turn(cycle: number): void {
    for (const action of this.turns.get(cycle) ?? []) perform(this.desk, action);
  }
}

function perform(desk: Desk, action: CaseAction): void {
  const { strategy, recording } = desk;
  const { op, label } = action;
  if (op === "cancel") {
    const id = recording.order(String(action.target));
    if (id !== undefined) strategy.cancel(id);
    return;
  }
  const feed = feedOf(desk, action);
  const target = Number(action.target);
  switch (op) {
    case "buy":
    case "sell":
      recording.add(strategy[op](orderRequest(action, feed, recording)), label);
      break;
    case "close":
      recording.add(strategy.close({ feed }), label);
      break;
    case "buyBracket":
    case "sellBracket": {
      const orders = strategy[op](bracketRequest(action, feed));
      for (const part of ["main", "stop", "limit"] as const) recording.add(orders[part], `${label}.${part}`);
      break;
    }
    case "orderTargetSize":
    case "orderTargetValue":
    case "orderTargetPercent":
      recording.add(strategy[op](target, { feed }), label);
      break;
    default:
      throw new InputError("bad-data", `'${op}' is no action of a script`);
  }
}

function feedOf(desk: Desk, action: CaseAction): FeedView {
  if (action.feed === undefined) return desk.strategy.data;
  const feed = desk.feeds.get(action.feed);
  if (feed === undefined)
    throw new InputError("bad-data", `an action names the feed ${action.feed}, which is not there`);
  return feed;
}
