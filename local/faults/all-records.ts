import type { EventLog, LogRecord } from "#shared/ports/event-log.ts";

const AT_ONCE = 1_000;

/** All records that a topic holds now, each partition in order. `group` is one that nobody else reads as. */
export async function allRecords(log: EventLog, group: string, topic: string): Promise<readonly LogRecord[]> {
  const read: LogRecord[] = [];
  for (let records = await log.poll(group, topic, AT_ONCE); records.length > 0; ) {
    read.push(...records);
    await log.commit(group, records);
    records = await log.poll(group, topic, AT_ONCE);
  }
  return read.sort((a, b) => a.offset - b.offset);
}
