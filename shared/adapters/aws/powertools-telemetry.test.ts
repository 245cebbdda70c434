import { afterEach, expect, it, vi } from "vitest";
import { PowertoolsTelemetry } from "./powertools-telemetry.ts";

const REPORT = {
  stage: "aggregate",
  topic: "ticks",
  partition: 2,
  firstOffset: 5,
  lastOffset: 9,
  records: 5,
  outputs: { candles: 3 },
  ms: 12,
  ageMs: 40,
  outcome: "failed",
  error: "it is down",
} as const;

afterEach(() => vi.restoreAllMocks());

/** What is printed, as objects; Powertools has a console of its own. */
function printedBy(work: () => void): Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  work();
  vi.restoreAllMocks();
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it("prints a batch as one line of JSON, and its metrics in CloudWatch's embedded format", () => {
  const telemetry = new PowertoolsTelemetry();
  const [line, metrics, ...rest] = printedBy(() => telemetry.batch(REPORT));
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ ...REPORT, level: "ERROR", message: "batch" });
  expect(metrics).toMatchObject({ stage: "aggregate", topic: "ticks", Records: 5, Duration: 12, Age: 40, Failed: 1 });
  const { CloudWatchMetrics } = metrics!["_aws"] as { CloudWatchMetrics: { Namespace: string; Dimensions: unknown }[] };
  expect(CloudWatchMetrics).toHaveLength(1);
  expect(CloudWatchMetrics[0]!.Namespace).toBe("Millrace");
});

it("keeps nothing of one batch for the next", () => {
  const telemetry = new PowertoolsTelemetry();
  printedBy(() => telemetry.batch(REPORT));
  const [, metrics] = printedBy(() =>
    telemetry.batch({ ...REPORT, topic: "replay-ticks", outcome: "done", error: null }),
  );
  expect(metrics).toMatchObject({ topic: "replay-ticks", Failed: 0, Records: 5 });
});
