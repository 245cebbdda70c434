import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { BatchReport, Telemetry } from "#shared/ports/telemetry.ts";

/** Of the metrics in CloudWatch. */
export const METRICS_NAMESPACE = "Millrace";

/** One line of JSON a batch, and its metrics as another, in CloudWatch's embedded format, on standard output. */
export class PowertoolsTelemetry implements Telemetry {
  readonly #metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: "millrace" });

  batch(report: BatchReport): void {
    try {
      const level = report.outcome === "done" ? "INFO" : "ERROR";
      console.log(JSON.stringify({ timestamp: new Date().toISOString(), level, message: "batch", ...report }));
      this.#publish(report);
    } catch {
      // What a stage does is not to fail for how it is told.
    }
  }

  #publish({ stage, topic, records, ms, ageMs, outcome }: BatchReport): void {
    const metrics = this.#metrics;
    metrics.addDimensions({ stage, topic });
    metrics.addMetric("Records", MetricUnit.Count, records);
    metrics.addMetric("Duration", MetricUnit.Milliseconds, ms);
    metrics.addMetric("Age", MetricUnit.Milliseconds, ageMs);
    metrics.addMetric("Failed", MetricUnit.Count, outcome === "failed" ? 1 : 0);
    metrics.publishStoredMetrics();
  }
}
