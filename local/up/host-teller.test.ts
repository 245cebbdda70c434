import { expect, it } from "vitest";
import type { HostStatus } from "#local/host/host.ts";
import { HostTeller } from "./host-teller.ts";

const IDLE: HostStatus = { sources: [], schedules: [], functions: [], tasks: [] };
const WORK = { inFlight: [], batches: 0, records: 0, ms: 0, retries: 3, lastSuccess: null };

/** A host whose functions fail since these times; of `archive` on two topics. */
function hostWith(faults: Readonly<Record<string, number>>): HostStatus {
  const sources = Object.entries(faults).flatMap(([name, since]) =>
    ["ticks", "candles"].map((topic, i) => ({
      ...{ ...WORK, function: name, topic, group: `${name}/${topic}` },
      lastError: { message: `${topic} could not be read\nat there`, since: since + i, attempts: 3 },
    })),
  );
  return { ...IDLE, sources };
}

it("tells once that a function fails, and that it works again", () => {
  const told: string[] = [];
  const teller = new HostTeller((name, what) => told.push(`${name}: ${what}`));
  for (let now = 0; now <= 130_000; now += 1_000) teller.look(hostWith({ archive: 0 }), now);
  expect(told).toEqual(["archive: fails, and tries again until it works: ticks could not be read"]);
  teller.look(IDLE, 131_000);
  teller.look(IDLE, 132_000);
  expect(told.slice(1)).toEqual(["archive: works again, after 131 s"]);
  // What is over within a moment is not told.
  teller.look(hostWith({ aggregate: 200_000 }), 204_000);
  teller.look(IDLE, 205_000);
  expect(told).toHaveLength(2);
});

it("tells of processes that ended, not of each of many", () => {
  const told: string[] = [];
  const teller = new HostTeller((name, what) => told.push(`${name}: ${what}`));
  const ended = { kind: "process-ended", name: "replay", processId: 7, how: "was ended by SIGKILL" } as const;
  teller.take({ ...ended, wanted: true }, 0);
  for (const now of [0, 1_000, 2_000, 61_000]) teller.take({ ...ended, wanted: false }, now);
  const line = "replay: process 7 ended (was ended by SIGKILL) and is replaced";
  expect(told).toEqual([line, line]);
  teller.close();
  teller.take({ ...ended, wanted: false }, 200_000);
  expect(told).toHaveLength(2);
});
