import { it } from "vitest";
import { type KafkaSettings, kafkaOf } from "#shared/adapters/kafka/settings.ts";
import {
  KILLED_FUNCTIONS,
  planFaults,
  planText,
  REPEATED_DELIVERIES,
  SERVER_FAULTS,
  SLOW_INVOCATIONS,
} from "./fault-plan.ts";
import { judge } from "./judge.ts";
import { startRuns } from "./paper-runs.ts";
import { openRig } from "./rig.ts";
import { Round } from "./round.ts";
import { scenarioOf } from "./scenario.ts";

/** How many rounds, one seed after the other. */
const ROUNDS = Number(process.env["FAULT_ROUNDS"] ?? 1);
const FIRST_SEED = Number(process.env["FAULT_SEED"] ?? 1);
/** For a round on a loaded machine, ms. */
const LONGEST = 900_000;

const FAULTS = [KILLED_FUNCTIONS, SLOW_INVOCATIONS, REPEATED_DELIVERIES, SERVER_FAULTS].flat();

async function deleteTopic(settings: KafkaSettings, topic: string): Promise<void> {
  const admin = kafkaOf(settings).admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics: [topic] });
  } finally {
    await admin.disconnect();
  }
}

it.each(Array.from({ length: ROUNDS }, (_, i) => FIRST_SEED + i))(
  "nothing is lost, doubled or changed while parts of the platform die, seed %i",
  async (seed) => {
    const scenario = scenarioOf(seed);
    const plan = planFaults(seed, scenario.chaos.length, FAULTS);
    const rig = await openRig();
    try {
      const played = await new Round(rig, () => startRuns(rig.platform), deleteTopic).play(scenario, plan);
      const found = await judge(rig, scenario, played);
      if (found.length > 0) throw new Error(found.join("\n"));
    } catch (error) {
      throw new Error(`${planText(seed, plan)}\n${(error as Error).message}`, { cause: error });
    } finally {
      await rig.close();
    }
  },
  LONGEST,
);
