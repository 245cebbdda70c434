import { InputError } from "#shared/market/input-error.ts";

interface SdkError extends Error {
  /** The system's name of an error of the network. */
  readonly code?: string;
  /** Of the answer, where there was one. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const REFUSED = new Set(["AccessDeniedException", "CredentialsProviderError", "UnrecognizedClientException"]);

/** Sends a request to a table. Throws InputError where the table, the server or the permission is missing. */
export async function asking<T>(table: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw faultOf(table, error as SdkError);
  }
}

function faultOf(table: string, error: SdkError): Error {
  if (error.name === "ResourceNotFoundException") {
    return new InputError(
      "not-found",
      `DynamoDB has no table '${table}': tables are made when the platform is brought up or deployed, never by use.`,
      { cause: error },
    );
  }
  if (REFUSED.has(error.name)) {
    return new InputError(
      "usage",
      `DynamoDB refuses access to table '${table}' (${error.message}): correct the credentials, or allow the role to use it.`,
      { cause: error },
    );
  }
  if (error.code !== undefined || error.name === "TimeoutError") {
    return new InputError(
      "store",
      `DynamoDB does not answer for table '${table}' (${error.code ?? error.name}: ${error.message}): start it, or ` +
        "correct its endpoint.",
      { cause: error },
    );
  }
  return error;
}
