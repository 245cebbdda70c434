/**
 * The environment of a function's or task's process: what it is given, and of this one only where programs are found.
 * Nothing else is handed on, so that what works here has all it needs in AWS, too.
 */
export function childEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = "", TMPDIR } = process.env;
  return { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), LANG: "en_US.UTF-8", TZ: ":UTC", ...given };
}

/** How a process ended, for messages. */
export function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}
