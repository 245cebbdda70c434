import { type RebuildPorts, rebuildIfFree } from "#shared/app/rebuild.ts";
import { instrumentKey } from "#shared/market/instrument.ts";

/**
 * Rebuilds every instrument that has dirty ranges and that no other process rebuilds. One that cannot be rebuilt now does
 * not keep the others from it: the first reason is thrown when all were tried, and the next time tries again. What was
 * rebuilt by the time that the invocation is ended need not be again.
 */
export async function serve(open: () => Promise<RebuildPorts>): Promise<void> {
  const ports = await open();
  const dirty = await ports.ranges.dirty(null);
  const instruments = new Map(dirty.map(({ instrument }) => [instrumentKey(instrument), instrument]));
  const failures: Error[] = [];
  for (const [key, instrument] of instruments) {
    try {
      await rebuildIfFree(ports, instrument);
    } catch (cause) {
      failures.push(new Error(`${key} could not be rebuilt: ${(cause as Error).message}`, { cause }));
    }
  }
  if (failures.length > 0) throw failures[0];
}
