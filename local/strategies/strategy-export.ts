import { StrategyBase, type StrategyClass } from "#shared/engine/strategy.ts";
import { InputError } from "#shared/market/input-error.ts";

/** The strategy that a module exports. Throws InputError, naming `file`, unless it is exactly one. */
export function exportedStrategy(file: string, exports: Readonly<Record<string, unknown>>): StrategyClass {
  const classes = Object.values(exports).filter(isStrategyClass);
  if (classes.length === 1) return classes[0]!;
  throw new InputError(
    "bad-data",
    `${file} exports ${classes.length} strategies: export one class that extends Strategy({…})`,
  );
}

function isStrategyClass(value: unknown): value is StrategyClass {
  return typeof value === "function" && value.prototype instanceof StrategyBase;
}
