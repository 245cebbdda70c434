// Brings what the servers of tests need: a Java development kit, Maven and Python, the servers' jars, and moto. Says what
// it fetches, and nothing where all is there. With --yes, or in CI, it installs the first three by apt-get; without, it
// says which command does.
import { spawnSync } from "node:child_process";
import { accessSync } from "node:fs";
import { delimiter, join } from "node:path";
import { artefacts } from "#local/servers/artefacts.ts";
import { findJava, findMaven } from "#local/servers/java.ts";
import { motoEnvironment } from "#local/servers/moto-environment.ts";
import { findPython } from "#local/servers/python.ts";

/** Newest first: which of them there is depends on the release of Debian or Ubuntu. */
const KITS = ["openjdk-25-jdk-headless", "openjdk-21-jdk-headless", "openjdk-17-jdk-headless"];

const mayInstall = process.argv.includes("--yes") || ["1", "true"].includes(process.env["CI"] ?? "");

/** What the servers need, how it is found, and the packages that bring it. */
const TOOLS = [
  {
    name: "a Java development kit of version 17 or later",
    find: findJava,
    packages: () => [KITS.find((kit) => spawnSync("apt-cache", ["show", kit]).status === 0) ?? KITS.at(-1)],
    usual: ["openjdk-17-jdk-headless"],
  },
  { name: "Maven", find: findMaven, packages: () => ["maven"], usual: ["maven"] },
  {
    name: "Python 3.10 or later with venv",
    find: findPython,
    packages: () => ["python3", "python3-venv"],
    usual: ["python3", "python3-venv"],
  },
];

async function missing() {
  const found = await Promise.all(TOOLS.map(({ find }) => find()));
  return TOOLS.filter((_, i) => found[i] === null);
}

function namesOf(tools) {
  const names = tools.map(({ name }) => name);
  return names.length < 3 ? names.join(" and ") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
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

async function install(tools) {
  const aptGet = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "apt-get"];
  const list = namesOf(tools);
  if (!onPath("apt-get")) {
    fail(`The local servers need ${list}: install them, or set JAVA_HOME and PATH, and run 'npm run setup' again.`);
  }
  if (!mayInstall) {
    const usual = tools.flatMap((tool) => tool.usual).join(" ");
    fail(
      `The local servers need ${list}: run 'npm run setup -- --yes', or '${aptGet.join(" ")} install ${usual}' yourself.`,
    );
  }
  run([...aptGet, "update"]);
  run([...aptGet, "install", "-y", "--no-install-recommends", ...tools.flatMap(({ packages }) => packages())]);
  const still = await missing();
  if (still.length > 0) fail(`apt-get succeeded, and yet ${namesOf(still)} cannot be found on the path.`);
}

const tools = await missing();
if (tools.length > 0) await install(tools);
try {
  const tell = (what) => console.log(`Fetching ${what}, once …`);
  await artefacts(tell);
  await motoEnvironment(tell);
} catch (error) {
  fail(error.message);
}
