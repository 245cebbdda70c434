import { describe, expect, it } from "vitest";
import { InputError } from "../market/input-error.ts";
import { type Environment, readStreamSettings } from "./stream-settings.ts";

const ON_ONE_MACHINE = {
  AWS_REGION: "local",
  MILLRACE_KAFKA_BROKERS: "127.0.0.1:9092, broker-2.example.com:9094",
  MILLRACE_KAFKA_USER: "app",
  MILLRACE_KAFKA_PASSWORD: "kafka-password",
  MILLRACE_QUESTDB_HTTP_URL: "http://127.0.0.1:9000/",
  MILLRACE_QUESTDB_HTTP_USER: "ingest",
  MILLRACE_QUESTDB_HTTP_PASSWORD: "http-password",
  MILLRACE_QUESTDB_PG_HOST: "127.0.0.1",
  MILLRACE_QUESTDB_PG_PORT: "8812",
  MILLRACE_QUESTDB_PG_USER: "app",
  MILLRACE_QUESTDB_PG_PASSWORD: "pg-password",
  MILLRACE_DYNAMODB_ENDPOINT: "http://127.0.0.1:8000",
  MILLRACE_CHECKPOINTS_TABLE: "checkpoints",
  MILLRACE_RUNS_TABLE: "runs",
  MILLRACE_STATE_FOLDER: "/var/lib/millrace/states",
};

const IN_AWS = {
  AWS_REGION: "eu-central-1",
  MILLRACE_KAFKA_CLUSTER_ARN: "arn:aws:kafka:eu-central-1:1:cluster/c/1",
  MILLRACE_KAFKA_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:1:secret:AmazonMSK_k",
  MILLRACE_KAFKA_TLS: "true",
  MILLRACE_QUESTDB_HTTP_URL: "https://questdb.internal",
  MILLRACE_QUESTDB_PG_HOST: "questdb.internal",
  MILLRACE_QUESTDB_PG_PORT: "8812",
  MILLRACE_QUESTDB_SECRET_ARN: "arn:aws:secretsmanager:eu-central-1:1:secret:q",
  MILLRACE_KEEP_TICKS_DAYS: "30",
  MILLRACE_CHECKPOINTS_TABLE: "checkpoints",
  MILLRACE_RUNS_TABLE: "runs",
  MILLRACE_STATE_BUCKET: "states",
};

function faultOf(environment: Environment): string {
  try {
    readStreamSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe("usage");
    return (error as InputError).message;
  }
  throw new Error("nothing was refused");
}

describe("the settings of streams", () => {
  it("are read for servers of one machine", () => {
    expect(readStreamSettings(ON_ONE_MACHINE)).toEqual({
      region: "local",
      kafka: {
        cluster: { brokers: ["127.0.0.1:9092", "broker-2.example.com:9094"] },
        login: { user: "app", password: "kafka-password" },
        tls: false,
      },
      questdb: {
        httpUrl: "http://127.0.0.1:9000",
        pgHost: "127.0.0.1",
        pgPort: 8_812,
        logins: { httpUser: "ingest", httpPassword: "http-password", pgUser: "app", pgPassword: "pg-password" },
        keepTicksDays: null,
      },
      dynamodb: { endpoint: "http://127.0.0.1:8000", checkpointsTable: "checkpoints", runsTable: "runs" },
      state: { folder: "/var/lib/millrace/states" },
    });
  });

  it("are read for AWS, where secrets hold the passwords", () => {
    expect(readStreamSettings(IN_AWS)).toMatchObject({
      kafka: {
        cluster: { clusterArn: IN_AWS.MILLRACE_KAFKA_CLUSTER_ARN },
        login: { secretArn: IN_AWS.MILLRACE_KAFKA_SECRET_ARN },
        tls: true,
      },
      questdb: { logins: { secretArn: IN_AWS.MILLRACE_QUESTDB_SECRET_ARN }, keepTicksDays: 30 },
      dynamodb: { endpoint: null },
      state: { bucket: "states", endpoint: null },
    });
  });

  it("cannot be changed", () => {
    const settings = readStreamSettings(ON_ONE_MACHINE);
    const cluster = settings.kafka.cluster as { brokers: string[] };
    expect(() => cluster.brokers.push("other:9092")).toThrow(TypeError);
  });

  it("are told with all faults at once, each variable once", () => {
    const message = faultOf({});
    for (const name of Object.keys(ON_ONE_MACHINE)) {
      if (name === "MILLRACE_DYNAMODB_ENDPOINT") continue;
      expect(message.split(`${name} is missing`).length + message.split(`${name} and `).length, name).toBe(3);
    }
    expect(message).not.toContain("\n");
  });

  it.each([
    ["AWS_REGION", "", "AWS_REGION is missing: give the AWS region"],
    ["MILLRACE_KAFKA_BROKERS", "localhost", "MILLRACE_KAFKA_BROKERS has 'localhost': give each broker as host:port"],
    ["MILLRACE_KAFKA_BROKERS", "a:1,b:65536", "MILLRACE_KAFKA_BROKERS has 'b:65536': give each broker as host:port"],
    ["MILLRACE_KAFKA_CLUSTER_ARN", "arn:aws:kafka:r:1:c", "is set beside MILLRACE_KAFKA_BROKERS: unset one of them"],
    ["MILLRACE_KAFKA_TLS", "yes", "MILLRACE_KAFKA_TLS is 'yes': give true or false"],
    ["MILLRACE_KAFKA_PASSWORD", "", "MILLRACE_KAFKA_PASSWORD is missing: give the password of MILLRACE_KAFKA_USER"],
    ["MILLRACE_QUESTDB_HTTP_URL", "127.0.0.1:9000", "MILLRACE_QUESTDB_HTTP_URL is '127.0.0.1:9000': give http://"],
    ["MILLRACE_QUESTDB_HTTP_URL", "http://me:pw@q:9000", "MILLRACE_QUESTDB_HTTP_URL has a user or a password in it"],
    ["MILLRACE_QUESTDB_HTTP_URL", "http://q/exec", "MILLRACE_QUESTDB_HTTP_URL is 'http://q/exec': give http://"],
    ["MILLRACE_QUESTDB_PG_PORT", "http", "MILLRACE_QUESTDB_PG_PORT is 'http': give a whole number from 1 to 65535"],
    ["MILLRACE_KEEP_TICKS_DAYS", "0", "MILLRACE_KEEP_TICKS_DAYS is '0': give a whole number from 1"],
    ["MILLRACE_STATE_BUCKET", "b", "MILLRACE_STATE_BUCKET is set beside MILLRACE_STATE_FOLDER: unset one of them"],
  ])("refuse %s '%s' alone", (name, value, expected) => {
    const message = faultOf({ ...ON_ONE_MACHINE, [name]: value });
    expect(message).toContain(expected);
    expect(message).not.toContain("; ");
    expect(message).not.toContain("kafka-password");
  });
});
