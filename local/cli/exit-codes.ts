import type { InputErrorCode } from "#shared/market/input-error.ts";

/** What the exit codes of `millrace` mean. 0 is success; 1 a fault of ours, with a stack; 130 Ctrl-C, as shells tell it. */
export const EXIT_CODES: Readonly<Record<InputErrorCode, number>> = {
  usage: 2,
  "not-found": 3,
  "no-data": 4,
  "bad-data": 5,
  store: 6,
  conflict: 7,
};

/** The work was done, but some rows were rejected. */
export const SOME_REJECTED = 8;
/** A run of a strategy failed. */
export const RUN_FAILED = 9;
