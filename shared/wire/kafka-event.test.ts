import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "#shared/testkit/property-runs.ts";
import type { LogRecord } from "../ports/event-log.ts";
import { decodeKafkaEvent, encodeKafkaEvent, kafkaEventBytes, kafkaEventText } from "./kafka-event.ts";

const bytes = fc.uint8Array({ maxLength: 40 });
const record: fc.Arbitrary<LogRecord> = fc.record(
  {
    topic: fc.constantFrom("ticks", "replay-ticks"),
    partition: fc.nat(3),
    offset: fc.nat(),
    appendTime: fc.nat(),
    key: fc.string({ unit: "grapheme" }),
    value: fc.option(bytes),
    headers: fc.array(fc.record({ name: fc.string({ unit: "grapheme" }), value: bytes }), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { requiredKeys: ["topic", "partition", "offset", "appendTime", "key", "value"] },
);

it("carries records there and back, headers and tombstones too, and tells their size", () => {
  const property = fc.property(fc.array(record, { maxLength: 20 }), (records) => {
    const event = encodeKafkaEvent("127.0.0.1:9092", records);
    const text = kafkaEventText("127.0.0.1:9092", records);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(event)));
    const byPartition = [...Map.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`).values()];
    expect(decodeKafkaEvent(JSON.parse(text))).toEqual(byPartition.flat());
    const empty = JSON.stringify(encodeKafkaEvent("127.0.0.1:9092", []));
    const told = records.reduce((sum, each) => sum + kafkaEventBytes(each), empty.length);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(told);
    if (records.length === 1) expect(Buffer.byteLength(text)).toBeGreaterThan(told - 10);
  });
  fc.assert(property, propertyRuns(300));
});
