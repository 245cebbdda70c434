/**
 * Writes sample reports into a folder (the first argument) and, where a browser is found, pictures of them: on a desk
 * and a phone, light and dark. For whoever changes the page and wants to look at it:
 * `node local/report/preview.ts reports`
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { renderReport } from "#shared/report/render-report.ts";
import { findBrowser, openBrowser } from "./browser.ts";
import { loadReportAssets } from "./chart-assets.ts";
import { sampleReports } from "./sample-reports.ts";

const folder = resolve(process.argv[2] ?? "sample-reports");
await mkdir(folder, { recursive: true });
const assets = await loadReportAssets();
const pages: string[] = [];
for (const [name, input] of sampleReports(assets)) {
  const page = join(folder, `${name}.html`);
  await writeFile(page, renderReport(input));
  pages.push(page);
}
const path = findBrowser(process.env);
if (path === null)
  console.log(`${pages.length} pages in ${folder}; no pictures, as no browser was found (CHROMIUM_PATH).`);
else {
  const browser = await openBrowser(path);
  for (const page of pages) {
    for (const width of [390, 1280]) {
      for (const colorScheme of ["light", "dark"] as const) {
        const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, deviceScaleFactor: 1 });
        await tab.goto(pathToFileURL(page).href);
        await tab.waitForSelector("html[data-drawn]");
        await tab.screenshot({ path: page.replace(".html", `-${width}-${colorScheme}.png`), fullPage: true });
        await tab.close();
      }
    }
  }
  await browser.close();
  console.log(`${pages.length} pages with pictures in ${folder}`);
}
