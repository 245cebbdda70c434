import { describe, expect, it } from "vitest";
import { greatestRecordBytes } from "#shared/wire/record-bytes.ts";
import { REPLAY_CANDLES, REPLAY_TICKS } from "#shared/wire/topics.ts";
import { STREAM_FUNCTIONS, TOPICS } from "./topology.ts";

describe("the topology", () => {
  it("names each topic once, and functions read topics that exist", () => {
    const names = TOPICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { topic } of STREAM_FUNCTIONS) expect(names).toContain(topic);
  });

  it("lets each topic take what is published to it", () => {
    for (const { name, maxRecordBytes } of TOPICS) expect(maxRecordBytes, name).toBe(greatestRecordBytes(name));
  });

  it("stores a topic's records before anything acts on them, in batches as large", () => {
    for (const [topic, readers] of Map.groupBy(STREAM_FUNCTIONS, (each) => each.topic)) {
      // A replay's candles are nobody's history.
      if (topic === REPLAY_TICKS || topic === REPLAY_CANDLES) continue;
      expect(readers[0]?.name, topic).toBe("archive");
      for (const { batchSize } of readers) expect(batchSize).toBeLessThanOrEqual(readers[0]!.batchSize);
    }
  });
});
