import { InputError } from "#shared/market/input-error.ts";
import type { Actor, ActorMaker, Desk } from "../actor.ts";
import { BollingerTrail } from "./bollinger-trail.ts";
import { BreakoutBracket } from "./breakout-bracket.ts";
import { Grid } from "./grid.ts";
import { MomentumTarget } from "./momentum-target.ts";
import { Rebalance } from "./rebalance.ts";
import { RsiReversion } from "./rsi-reversion.ts";
import { SmaCross } from "./sma-cross.ts";
import { StraddleOco } from "./straddle-oco.ts";

// Cases carry the parameters that their rule needs, so that none is checked here.
type RuleClass = new (desk: Desk, params: never) => Actor;

const RULES: Readonly<Record<string, RuleClass>> = {
  bollingerTrail: BollingerTrail,
  breakoutBracket: BreakoutBracket,
  grid: Grid,
  momentumTarget: MomentumTarget,
  rebalance: Rebalance,
  rsiReversion: RsiReversion,
  smaCross: SmaCross,
  straddleOco: StraddleOco,
};

/** The rule of that name. Throws InputError for one that does not exist. */
export function rule(name: string, params: Readonly<Record<string, unknown>>): ActorMaker {
  const ruleClass = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (ruleClass === undefined) {
    throw new InputError("bad-data", `there is no rule '${name}': use one of ${Object.keys(RULES).join(" ")}`);
  }
  return (desk) => new ruleClass(desk, params as never);
}
