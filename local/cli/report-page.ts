import type { Platform } from "#local/platform.ts";
import { loadReportAssets } from "#local/report/chart-assets.ts";
import { reportInput } from "#shared/app/report-input.ts";
import { loadCode } from "#shared/app/run-plan.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { renderReport } from "#shared/report/render-report.ts";

/** The report of a run as a page. */
export async function reportOf(
  { store, catalog }: Pick<Platform, "store" | "catalog">,
  record: RunRecord,
): Promise<string> {
  const code = await loadCode(catalog, record.strategy);
  return renderReport({ ...(await reportInput(store, record, code)), assets: await loadReportAssets() });
}
