import { InputError } from "../market/input-error.ts";

/** Whether a store refuses rows that it was given, whenever it is given them: others beside them may be stored. */
export function isRefusal(error: unknown): error is InputError {
  return error instanceof InputError && (error.code === "bad-data" || error.code === "conflict");
}

/** Resolves to why a store refuses rows that `write` gives it, or to null. Passes on what else fails. */
export async function refusalOf(write: () => Promise<unknown>): Promise<InputError | null> {
  try {
    await write();
    return null;
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}
