import { type AskedOfAws, describeAwsFault } from "#shared/wire/aws-faults.ts";

/**
 * Asks a service. Throws InputError where it does not answer, has not got what is asked for, or refuses it; other errors
 * as they are.
 */
export async function asking<T>(asked: AskedOfAws, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw describeAwsFault(asked, error);
  }
}
