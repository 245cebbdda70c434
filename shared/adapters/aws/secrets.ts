import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { InputError } from "#shared/market/input-error.ts";
import { type AwsConnection, clientSettings } from "./connection.ts";
import { asking } from "./faults.ts";

/** Of this process, by region, endpoint and ARN. One that could not be read is asked for again. */
const read = new Map<string, Promise<Readonly<Record<string, string>>>>();

/**
 * The named texts of a secret of Secrets Manager that holds a JSON object. A secret is read once a process. Throws
 * InputError where it cannot be read or lacks a name; the message never holds a value.
 */
export async function readSecret<Name extends string>(
  connection: AwsConnection,
  arn: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const key = JSON.stringify([connection.region, connection.endpoint, arn]);
  const secret = read.get(key) ?? fetchSecret(connection, arn);
  read.set(key, secret);
  let texts: Readonly<Record<string, string>>;
  try {
    texts = await secret;
  } catch (error) {
    read.delete(key);
    throw error;
  }
  const missing = names.filter((name) => texts[name] === undefined);
  if (missing.length === 0) return texts as Readonly<Record<Name, string>>;
  throw new InputError("usage", `Secret ${arn} has no text under ${missing.join(", ")}: add it to the secret's JSON.`);
}

async function fetchSecret(connection: AwsConnection, arn: string): Promise<Readonly<Record<string, string>>> {
  const client = new SecretsManagerClient(clientSettings(connection));
  try {
    const asked = { service: "Secrets Manager", what: `secret ${arn}` };
    const { SecretString } = await asking(asked, () => client.send(new GetSecretValueCommand({ SecretId: arn })));
    return textsOf(arn, SecretString ?? "");
  } finally {
    client.destroy();
  }
}

function textsOf(arn: string, text: string): Readonly<Record<string, string>> {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not told further: the message of a parser repeats what it read.
  }
  if (typeof json !== "object" || json === null) {
    throw new InputError("usage", `Secret ${arn} is no JSON object: store it as one, with a text for each name.`);
  }
  return Object.fromEntries(
    Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
