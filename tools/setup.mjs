// Brings what the servers of tests need: a Java development kit, Maven, and the servers' jars. Says and does nothing
// where all is there. With --yes, or in CI, it installs the first two by apt-get; without, it says which command does.
import { spawnSync } from "node:child_process";
import { accessSync } from "node:fs";
import { delimiter, join } from "node:path";
import { artefacts } from "#local/servers/artefacts.ts";
import { findJava, findMaven } from "#local/servers/java.ts";

/** Newest first: which of them there is depends on the release of Debian or Ubuntu. */
const KITS = ["openjdk-25-jdk-headless", "openjdk-21-jdk-headless", "openjdk-17-jdk-headless"];

const mayInstall = process.argv.includes("--yes") || process.env["CI"] === "true";

async function missing() {
  const names = [];
  if ((await findJava()) === null) names.push("a Java development kit of version 17 or later");
  if ((await findMaven()) === null) names.push("Maven");
  return names;
}

function onPath(command) {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command));
      return folder !== "";
    } catch {
      return false;
    }
  });
}

function run(command) {
  console.log(`> ${command.join(" ")}`);
  const { status, error } = spawnSync(command[0], command.slice(1), { stdio: "inherit" });
  if (status !== 0) fail(`'${command.join(" ")}' failed (${error?.message ?? `exit code ${status}`}).`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

async function install(names) {
  const aptGet = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  const list = names.join(" and ");
  if (!onPath("apt-get")) {
    fail(`The local servers need ${list}: install them, or set JAVA_HOME and PATH, and run 'npm run setup' again.`);
  }
  if (!mayInstall) {
    fail(
      `The local servers need ${list}: run 'npm run setup -- --yes', or ` +
        `'${aptGet.join(" ")} install openjdk-17-jdk-headless maven' yourself.`,
    );
  }
  run([...aptGet, "update"]);
  const kit = KITS.find((name) => spawnSync("apt-cache", ["show", name]).status === 0) ?? KITS.at(-1);
  run([...aptGet, "install", "-y", "--no-install-recommends", kit, "maven"]);
  const still = await missing();
  if (still.length > 0) fail(`apt-get succeeded, and yet ${still.join(" and ")} cannot be found on the path.`);
}

const names = await missing();
if (names.length > 0) await install(names);
try {
  await artefacts();
} catch (error) {
  fail(error.message);
}
