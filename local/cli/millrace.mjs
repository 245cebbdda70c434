#!/usr/bin/env node
// The `millrace` command. Plain JavaScript, as it must start on any Node from 20 on: it runs main.ts in this process
// where Node can run TypeScript, else in the Node that the installation brought along.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const main = new URL("./main.ts", import.meta.url);
const [major, minor] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  await import(main.href);
} else {
  const bundled = bundledNode();
  if (bundled === null) {
    console.error(
      `millrace needs Node 22.18 or later, and this is ${process.versions.node}: run 'npm ci' in the repository, which ` +
        "brings Node 24 along on Linux and Windows, or install Node 24.",
    );
    process.exitCode = 1;
  } else {
    handOver(bundled);
  }
}

/** Path of the Node that package.json pins for this platform, or null where none is installed. */
function bundledNode() {
  const windows = process.platform === "win32";
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node${windows ? ".exe" : ""}`);
  } catch {
    return null;
  }
}

/** Runs main.ts in `node` as if it were this process: same streams, signals and exit code. */
function handOver(node) {
  // By the channel the child learns of the end of this process, also where that was killed.
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio });
  // A terminal sends these to the child too; passing them on would make one Ctrl-C look like two.
  const fromTerminal = process.stdin.isTTY ? ["SIGINT", "SIGQUIT"] : [];
  for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR2"]) {
    process.on(signal, () => {
      if (!fromTerminal.includes(signal)) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`millrace could not start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
