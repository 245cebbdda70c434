import { InputError } from "#shared/market/input-error.ts";

/** A row that the server does not take. */
export interface RefusedRow {
  /** Its place among the rows of the call. */
  readonly row: number;
  /** The server's words. */
  readonly reason: string;
}

/** Thrown once all other rows of the call are stored. */
export class RefusedRowsError extends InputError {
  readonly rows: readonly RefusedRow[];

  constructor(table: string, rows: readonly RefusedRow[]) {
    const [first] = rows;
    const others = rows.length > 1 ? ` (and ${rows.length - 1} more)` : "";
    super(
      "bad-data",
      `QuestDB refused row ${first!.row} for table '${table}'${others}: ${first!.reason}; the other rows are stored: mend ` +
        "these and write them again",
    );
    this.rows = rows;
  }
}

/** The whole text of a fault, that of its causes included: fetch hides the reason in a cause. */
export function faultText(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  const parts = fault instanceof AggregateError ? fault.errors.map(faultText) : [];
  const cause = fault.cause === undefined ? [] : [faultText(fault.cause)];
  return [fault.message, ...parts, ...cause].filter((part) => part !== "").join(": ");
}

/** Whether a fault of the connection may pass by itself, as in a restart of the server. */
export function mayPass(fault: unknown): boolean {
  return /ECONNREFUSED|ECONNRESET|EPIPE|EAI_AGAIN|other side closed|terminated|Connection ended|fetch failed|timeout exceeded when trying to connect/i.test(
    faultText(fault),
  );
}

export function unreachable(address: string, doing: string, deadlineMs: number, cause: unknown): InputError {
  return new InputError(
    "store",
    `QuestDB at ${address} cannot be reached while ${doing} (tried for ${deadlineMs} ms: ${faultText(cause)}): start it, ` +
      "or correct its address; then try again",
    { cause },
  );
}

export function tooSlow(address: string, doing: string, deadlineMs: number, cause?: unknown): InputError {
  return new InputError(
    "store",
    `QuestDB at ${address} did not answer within ${deadlineMs} ms while ${doing}: look at its load, its disk and its log, ` +
      "then try again (repeated rows replace themselves)",
    { cause },
  );
}

export function refusedLogin(address: string, user: string, cause?: unknown): InputError {
  return new InputError(
    "store",
    `QuestDB at ${address} refuses user '${user}': correct the user and password of this connection`,
    { cause },
  );
}
