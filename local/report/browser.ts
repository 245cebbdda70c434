import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const USUAL_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a Chromium is: at CHROMIUM_PATH or where systems put it. Null if there is none. */
export function findBrowser(environment: Readonly<Record<string, string | undefined>>): string | null {
  const named = environment["CHROMIUM_PATH"];
  const paths = named === undefined ? USUAL_PATHS : [named];
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Starts a Chromium without a window. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
}
