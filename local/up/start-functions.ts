import { join } from "node:path";

/** The functions while they run. */
export interface FunctionsHost {
  readonly names: readonly string[];
  /** What the host tells of itself, as JSON. */
  readonly statusUrl: string;
  readonly logFile: string;
  /** Lets the invocations end that run. */
  stop(): Promise<void>;
}

export async function startFunctions(
  folder: string,
  _environment: Readonly<Record<string, string>>,
  _tell: (name: string, what: string) => void,
): Promise<FunctionsHost> {
  return { names: [], statusUrl: "", logFile: join(folder, "functions.log"), stop: async () => {} };
}
