import { expect, it } from "vitest";
import { readStreamSettings } from "#shared/config/stream-settings.ts";
import { addressRefused } from "./store-address.ts";

const ADDRESS = "questdb://in%20gest:secret@db.example:80?pg=8813&pgUser=reader&pgPassword=hidden";

/** The variables that the message names, with their values. */
function namedIn(message: string): Map<string, string | null> {
  const named = message.matchAll(/\b((?:MILLRACE|AWS)_[A-Z_]+)(?:=([^,]+))?/g);
  return new Map(Array.from(named, ([, name, value]) => [name!, value ?? null]));
}

it("names every variable that servers need, with host and ports of the address, and no password", () => {
  const { message, code } = addressRefused(ADDRESS, {});
  expect(code).toBe("usage");
  expect(message).not.toMatch(/secret|hidden/);
  const named = namedIn(message);
  expect(Object.fromEntries([...named].filter(([, value]) => value !== null))).toEqual({
    MILLRACE_QUESTDB_HTTP_URL: "http://db.example:80",
    MILLRACE_QUESTDB_PG_HOST: "db.example",
    MILLRACE_QUESTDB_PG_PORT: "8813",
  });
  // One of each that will do is enough.
  const others = [...named.keys()].filter((name) => !/ARN$|BUCKET$/.test(name));
  const environment = Object.fromEntries(others.map((name) => [name, named.get(name) ?? "kafka:9092"]));
  expect(readStreamSettings(environment)).toMatchObject({
    questdb: { httpUrl: "http://db.example:80", pgHost: "db.example", pgPort: 8_813 },
  });
  for (const name of others) {
    const lacking = { ...environment, [name]: undefined };
    expect(() => readStreamSettings(lacking), name).toThrow(name);
  }
});

it("leaves out what the environment has, and guesses QuestDB's own ports", () => {
  const environment = {
    AWS_REGION: "eu-central-1",
    MILLRACE_KAFKA_CLUSTER_ARN: "arn",
    MILLRACE_KAFKA_USER: "app",
    MILLRACE_CHECKPOINTS_TABLE: "checkpoints",
    MILLRACE_STATE_BUCKET: "states",
  };
  const named = namedIn(addressRefused("questdb://[::1]", environment).message);
  expect([...named].filter(([name]) => !name.includes("QUESTDB")).map(([name]) => name)).toEqual([
    "MILLRACE_KAFKA_USER",
    "MILLRACE_KAFKA_PASSWORD",
    "MILLRACE_KAFKA_SECRET_ARN",
    "MILLRACE_RUNS_TABLE",
  ]);
  expect(named.get("MILLRACE_QUESTDB_HTTP_URL")).toBe("http://[::1]:9000");
  expect(named.get("MILLRACE_QUESTDB_PG_HOST")).toBe("::1");
  expect(named.get("MILLRACE_QUESTDB_PG_PORT")).toBe("8812");
});

it.each(["questdb://db:99999", "questdb://us%er@db"])("tells %s likewise", (address) => {
  expect(addressRefused(address, {}).message).toMatch(/MILLRACE_QUESTDB_HTTP_URL=http:\/\/(HOST|db):9000/);
});
