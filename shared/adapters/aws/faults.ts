import { InputError } from "#shared/market/input-error.ts";

interface SdkError extends Error {
  /** The system's name of an error of the network. */
  readonly code?: string;
  /** Of the answer, where there was one. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const MISSING = new Set(["NoSuchBucket", "NotFoundException", "ResourceNotFoundException"]);
const REFUSED = new Set([401, 403]);

/** What is asked of AWS, for messages. */
export interface Asked {
  /** As AWS names it: `S3`. */
  readonly service: string;
  /** What is asked for: `bucket 'states'`. */
  readonly what: string;
}

/**
 * Asks a service. Throws InputError where it does not answer, has not got what is asked for, or refuses it; other errors
 * as they are.
 */
export async function asking<T>(asked: Asked, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw faultOf(asked, error as SdkError);
  }
}

function faultOf({ service, what }: Asked, error: SdkError): Error {
  const cause = { cause: error };
  if (MISSING.has(error.name)) {
    const remedy = "correct its name, or create it by a deployment.";
    return new InputError("not-found", `${service} has no ${what} (${error.message}): ${remedy}`, cause);
  }
  const status = error.$metadata?.httpStatusCode;
  if (REFUSED.has(status ?? 0) || error.name === "CredentialsProviderError") {
    const remedy = "correct the credentials, or allow the role to use it.";
    return new InputError("usage", `${service} refuses ${what} (${error.message}): ${remedy}`, cause);
  }
  if (error.code !== undefined || error.name === "TimeoutError") {
    const remedy = "look whether it can be reached from here, and correct its endpoint or region.";
    return new InputError("store", `${service} does not answer for ${what} (${error.message}): ${remedy}`, cause);
  }
  return error;
}
