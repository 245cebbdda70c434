import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "#shared/report/render-report.ts";
import { findBrowser, openBrowser } from "./browser.ts";
import { loadReportAssets } from "./chart-assets.ts";
import { sampleReports } from "./sample-reports.ts";

const path = findBrowser(process.env);

if (path === null) {
  const reason = "no Chromium at CHROMIUM_PATH or in the usual places, so no report was opened in a browser";
  describe("a report in a browser", () => {
    test(`is not looked at: ${reason}`, () => {
      if (process.env["CI"] !== undefined) throw new Error(`${reason}; continuous integration needs one`);
      console.warn(reason);
    });
  });
} else {
  describe("a report in a browser", () => inBrowser(path));
}

function inBrowser(executablePath: string): void {
  let browser: Browser;
  let folder: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-report-"));
    for (const [name, input] of sampleReports(await loadReportAssets())) {
      await writeFile(join(folder, `${name}.html`), renderReport(input));
    }
    browser = await openBrowser(executablePath);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  async function open(name: string, width = 1280): Promise<Page> {
    complaints.length = 0;
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    await page.waitForSelector("html[data-drawn]", { state: "attached" });
    return page;
  }

  test.each(
    ["tiny", "ordinary", "long", "untraded", "failed"].flatMap((name) => [
      [name, 390],
      [name, 1280],
    ]) as [string, number][],
  )("%s at %i px draws everything, asks for nothing, and fits its width", async (name, width) => {
    const page = await open(name, width);
    const drawn = await page.evaluate(`({
      width: document.documentElement.scrollWidth,
      plots: document.querySelectorAll(".plot").length,
      drawn: document.querySelectorAll(".plot canvas").length,
      candles: document.querySelectorAll("[data-candles] canvas").length,
      empty: [...document.querySelectorAll("[data-table]")].filter((table) => table.querySelector("tbody tr") === null).length,
    })`);
    expect(drawn).toMatchObject({ width, empty: 0 });
    const { plots, drawn: canvases, candles } = drawn as Record<"plots" | "drawn" | "candles", number>;
    expect(canvases).toBe(plots);
    expect(candles).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the policy stops a script that is not ours, and every request", async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.setHeader("access-control-allow-origin", "*").end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const page = await open("tiny");
    await page.evaluate(`(async () => {
      const script = document.createElement("script");
      script.textContent = "window.intruded = true";
      document.body.append(script);
      const image = document.createElement("img");
      image.setAttribute("onerror", "window.intruded = true");
      const settled = new Promise((resolve) => {
        image.addEventListener("error", resolve);
        image.addEventListener("load", resolve);
      });
      image.src = "http://127.0.0.1:${port}/x.png";
      document.body.append(image);
      await settled;
      await fetch("http://127.0.0.1:${port}/").catch(() => null);
    })()`);
    expect(await page.evaluate("window.intruded")).toBeUndefined();
    expect(requests).toBe(0);
    await page.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test("the trades are sorted, searched and turned by page", async () => {
    const page = await open("long");
    const table = page.locator("[data-table=trades]");
    const first = table.locator("tbody tr").first();
    expect(await first.locator("td").first().textContent()).toBe("5\u202f001");
    await table.getByRole("button", { name: "Next" }).click();
    expect(await first.locator("td").first().textContent()).toBe("5\u202f101");
    const heading = table.locator("th").filter({ hasText: "Net profit" });
    await heading.getByRole("button").click();
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("descending");
    const column = await table.locator("tbody td:nth-child(8)").allTextContents();
    const profits = column.map((text) => Number(text.replace("\u2212", "-").replace(/[^\d.-]/g, "")));
    expect(profits).toEqual(profits.toSorted((a, b) => b - a));
    await table.getByRole("searchbox").fill("short");
    expect(new Set(await table.locator("tbody td:nth-child(2)").allTextContents())).toEqual(new Set(["short"]));
    await table.getByRole("searchbox").fill("no such trade");
    expect(await table.locator(".pager span").textContent()).toBe("Nothing found");
    await page.close();
  });

  test("a trade's number shows it among the candles", async () => {
    const page = await open("ordinary");
    await page.locator("[data-table=trades] .jump").nth(5).click();
    await page.waitForFunction(`document.activeElement === document.querySelector("[data-candles]")`);
    await page.waitForFunction(`/^[1-9].* in view\\. /.test(document.querySelector("[data-marks]").textContent)`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the keyboard reaches definitions, candles and the theme", async () => {
    const page = await open("ordinary");
    await page.locator(".tile .term").first().focus();
    expect(await page.locator("#tip").textContent()).toContain("Cash and positions");
    await page.keyboard.press("Escape");
    expect(await page.locator("#tip").isHidden()).toBe(true);
    await page.locator("[data-candles]").focus();
    const before = await page.locator("[data-marks]").textContent();
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(`document.querySelector("[data-marks]").textContent !== ${JSON.stringify(before)}`);
    const background = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.locator("[data-theme-toggle]").focus();
    await page.keyboard.press("Enter");
    expect(await background()).not.toBe(light);
    await page.close();
  });

  test("zooming in on one chart of the account zooms in on all", async () => {
    const page = await open("ordinary");
    const box = (await page.locator("[data-plot=equity] .u-over").boundingBox())!;
    const picture = (): Promise<string> =>
      page.evaluate(`document.querySelector("[data-plot=underwater] canvas").toDataURL()`);
    const whole = await picture();
    await page.mouse.move(box.x + 200, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(
      `document.querySelector("[data-plot=underwater] canvas").toDataURL() !== ${JSON.stringify(whole)}`,
    );
    const zoomed = await picture();
    await page.locator("[data-theme-toggle]").click();
    await page.locator("[data-theme-toggle]").click();
    await page.waitForFunction(
      `document.querySelector("[data-plot=underwater] canvas").toDataURL() === ${JSON.stringify(zoomed)}`,
    );
    await page.locator("[data-reset]").click();
    await page.waitForFunction(
      `document.querySelector("[data-plot=underwater] canvas").toDataURL() === ${JSON.stringify(whole)}`,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
}
