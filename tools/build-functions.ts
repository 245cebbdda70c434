import { type BuiltFunction, buildFunctions } from "#functions/bundle.ts";

/** `npm run build`: builds the functions' bundles and prints what they weigh. */
const LARGEST = 4;

function row({ name, bytes, gzipBytes, parts }: BuiltFunction): string {
  const sizes = [bytes, gzipBytes].map((size) => `${Math.round(size / 1_000)} kB`.padStart(9));
  const largest = parts.slice(0, LARGEST).map((part) => `${part.name} ${Math.round(part.bytes / 1_000)}`);
  return `${name.padEnd(18)}${sizes.join("")}   ${largest.join(", ")}`;
}

try {
  const built = await buildFunctions();
  console.log(`${"function".padEnd(18)} minified     gzip   largest, kB`);
  for (const each of built) console.log(row(each));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
