import { InputError } from "#shared/market/input-error.ts";
import type { SqlClient } from "./sql-client.ts";
import type { WalGate } from "./wal-gate.ts";

/**
 * Has the server drop days of ticks that ended more than `days` ago; null: it keeps all. Throws InputError 'usage' for
 * what is no number of days.
 */
export async function keepTicks(sql: SqlClient, wal: WalGate, days: number | null): Promise<void> {
  if (days !== null && !(Number.isInteger(days) && days > 0)) {
    throw new InputError("usage", `ticks cannot be kept for ${days} days: give a whole number from 1, or none`);
  }
  const [row] = await sql.rows("SELECT ttlValue, ttlUnit FROM tables() WHERE table_name = 'ticks'");
  const [value, unit] = row as [number, string];
  if (days === null ? value === 0 : value === days && unit === "DAY") return;
  await sql.rows(`ALTER TABLE ticks SET TTL ${days ?? 0} DAYS`);
  await wal.pass(["ticks"]);
}
