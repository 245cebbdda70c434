import { expect, test } from "vitest";
import { InputError } from "../market/input-error.ts";
import { describeAwsFault } from "./aws-faults.ts";

const ASKED = { service: "DynamoDB", what: "table 'runs'" };

function sdkError(name: string, more: object = {}): Error {
  return Object.assign(new Error("told so"), { name, ...more });
}

test.each([
  ["not-found", sdkError("ResourceNotFoundException"), "DynamoDB has no table 'runs' (told so): correct its name"],
  ["not-found", sdkError("NoSuchBucket"), "DynamoDB has no table 'runs' (told so): correct its name"],
  // As DynamoDB and Secrets Manager refuse, and as S3 does.
  [
    "usage",
    sdkError("AccessDeniedException", { $metadata: { httpStatusCode: 400 } }),
    "DynamoDB refuses table 'runs' (told so): correct the credentials",
  ],
  [
    "usage",
    sdkError("AccessDenied", { $metadata: { httpStatusCode: 403 } }),
    "DynamoDB refuses table 'runs' (told so): correct the credentials",
  ],
  ["usage", sdkError("CredentialsProviderError"), "DynamoDB refuses table 'runs'"],
  ["store", sdkError("Error", { code: "ECONNREFUSED" }), "DynamoDB does not answer for table 'runs' (ECONNREFUSED:"],
  ["store", sdkError("TimeoutError"), "DynamoDB does not answer for table 'runs' (TimeoutError: told so):"],
])("says what a reader can do: %s", (code, error, words) => {
  const described = describeAwsFault(ASKED, error);
  expect(described).toBeInstanceOf(InputError);
  expect(described).toMatchObject({ code, cause: error, message: expect.stringContaining(words) });
});

test("leaves all else as it came", () => {
  const error = sdkError("ValidationException", { $metadata: { httpStatusCode: 400 } });
  expect(describeAwsFault(ASKED, error)).toBe(error);
  expect(describeAwsFault(ASKED, "text")).toBe("text");
});
