import { InputError } from "../../market/input-error.ts";

/** What a session was started with cannot be played, whenever it is tried: it ends with this message. */
export class Unplayable extends Error {
  override readonly name = "Unplayable";
}

/** Does what looks at a session's plan or file: bad input that it finds makes the session unplayable. */
export async function playable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What is away may come back.
    if (error instanceof InputError && error.code !== "store") throw new Unplayable(error.message, { cause: error });
    throw error;
  }
}
