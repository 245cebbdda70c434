import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { ReportAssets } from "#shared/report/report-input.ts";

const NOTICE = `TradingView Lightweight Charts™
Copyright (c) 2026 TradingView, Inc. https://www.tradingview.com/
`;

/** Reads the chart libraries from the installed packages and bundles the page's script. Throws Error if one is missing. */
export async function loadReportAssets(): Promise<ReportAssets> {
  const require = createRequire(import.meta.url);
  const uPlotFolder = dirname(require.resolve("uplot/package.json"));
  const chartsFolder = dirname(require.resolve("lightweight-charts/package.json"));
  const read = (folder: string, name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const [lightweightCharts, chartsLicence, uPlot, uPlotStyle, uPlotLicence, pageScript] = await Promise.all([
    read(chartsFolder, "dist/lightweight-charts.standalone.production.js"),
    read(chartsFolder, "LICENSE"),
    read(uPlotFolder, "dist/uPlot.iife.min.js"),
    read(uPlotFolder, "dist/uPlot.min.css"),
    read(uPlotFolder, "LICENSE"),
    bundlePageScript(),
  ]);
  return {
    lightweightCharts,
    uPlot,
    uPlotStyle,
    pageScript,
    licences: [
      { name: "Lightweight Charts 5.2.1, Apache License 2.0", text: `${NOTICE}\n${chartsLicence}` },
      { name: "uPlot 1.6.32, MIT License", text: uPlotLicence },
    ],
  };
}

async function bundlePageScript(): Promise<string> {
  const entry = fileURLToPath(new URL("page/main.mts", import.meta.url));
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  return result.outputFiles[0]!.text;
}
