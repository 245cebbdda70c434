// Stops npm scripts with one sentence where Node is too old to run them: platforms without a locked Node package use
// the Node on the path. Plain JavaScript, so that an old Node can say it.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Millrace's scripts need Node 22.18 or later, and this is ${process.versions.node}: run 'npm ci', which brings ` +
      "Node 24 along on Linux and Windows, or install Node 24.",
  );
  process.exit(1);
}
