import { InputError } from "../market/input-error.ts";

/** What an error of AWS's SDK has besides its name and message. */
interface SdkError extends Error {
  /** The system's name of an error of the network. */
  readonly code?: string;
  /** Of the answer, where there was one. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What is asked of AWS, for messages. */
export interface AskedOfAws {
  /** As AWS names it: `S3`. */
  readonly service: string;
  /** What is asked for: `bucket 'states'`. */
  readonly what: string;
}

const MISSING = new Set(["NoSuchBucket", "NotFoundException", "ResourceNotFoundException"]);
/** Services with a JSON protocol refuse with status 400, all others with one of `REFUSING`. */
const REFUSED = new Set(["AccessDeniedException", "CredentialsProviderError", "UnrecognizedClientException"]);
const REFUSING = new Set([401, 403]);

/**
 * An error of AWS's SDK in words that its reader can act on: an InputError where the service does not answer, has not got
 * what is asked for or refuses it, else as it came.
 */
export function describeAwsFault({ service, what }: AskedOfAws, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, code, $metadata }: SdkError = error;
  const cause = { cause: error };
  if (MISSING.has(name)) {
    const remedy = "correct its name, or create it: bringing the platform up or deploying it does.";
    return new InputError("not-found", `${service} has no ${what} (${message}): ${remedy}`, cause);
  }
  if (REFUSED.has(name) || REFUSING.has($metadata?.httpStatusCode ?? 0)) {
    const remedy = "correct the credentials, or allow the role to use it.";
    return new InputError("usage", `${service} refuses ${what} (${message}): ${remedy}`, cause);
  }
  if (code !== undefined || name === "TimeoutError") {
    const remedy = "look whether it runs and can be reached from here, and correct its endpoint or region.";
    const fault = `${code ?? name}: ${message}`;
    return new InputError("store", `${service} does not answer for ${what} (${fault}): ${remedy}`, cause);
  }
  return error;
}
