import { setTimeout as sleep } from "node:timers/promises";
import { STREAM_FUNCTIONS } from "#functions/topology.ts";
import { prepareKafka } from "#local/up/prepare-servers.ts";
import type { ServerSettings } from "#local/up/server-settings.ts";
import { raiseEpoch } from "#shared/app/topics.ts";
import type { LogRecord } from "#shared/ports/event-log.ts";
import type { RunRecord } from "#shared/ports/run-registry.ts";
import { CANDLES, TICKS } from "#shared/wire/topics.ts";
import { allRecords } from "./all-records.ts";
import type { PlannedFault } from "./fault-plan.ts";
import { Injector } from "./injector.ts";
import type { Rig } from "./rig.ts";
import type { Publication, Scenario } from "./scenario.ts";
import { until } from "./until.ts";

/** Between two records, ms, so that faults meet work. */
const PACE_MS = 120;
/** How long a fault of a stage may take to show, ms. */
const SHOWS_MS = 60_000;
/** How long what waits is watched, ms. */
const WATCH_MS = 5_000;
/** Records after which the runs are registered. */
const REGISTERED_AFTER = 12;

/** Deletes a topic, which the platform itself never does. */
export type DeleteTopic = (settings: ServerSettings["kafka"], topic: string) => Promise<void>;

/** What was fed and registered. */
export interface Played {
  /** All that topic `ticks` held, before and after it was made again. */
  readonly ticks: readonly LogRecord[];
  readonly runs: readonly RunRecord[];
}

/** Plays a scenario through the chain while the planned faults happen to it. */
export class Round {
  readonly #rig: Rig;
  readonly #register: () => Promise<readonly RunRecord[]>;
  readonly #deleteTopic: DeleteTopic;
  #runs: readonly RunRecord[] = [];

  constructor(rig: Rig, register: () => Promise<readonly RunRecord[]>, deleteTopic: DeleteTopic) {
    this.#rig = rig;
    this.#register = register;
    this.#deleteTopic = deleteTopic;
  }

  async play(scenario: Scenario, plan: readonly PlannedFault[]): Promise<Played> {
    await this.#chaos(scenario.chaos, plan);
    await this.#waitForNewer(scenario.newer);
    const before = await allRecords(this.#rig.chain.log, "the verdict/before", TICKS);
    await this.#recreate(scenario.recreated);
    const after = await allRecords(this.#rig.chain.log, "the verdict/after", TICKS);
    return { ticks: [...before, ...after], runs: this.#runs };
  }

  async #chaos(publications: readonly Publication[], plan: readonly PlannedFault[]): Promise<void> {
    const { chain, servers, armed, disk, bundles, settings } = this.#rig;
    await chain.serveWith(bundles.faulty);
    const injector = new Injector({ chain, servers, armed, disk, questdb: settings.questdb, plain: bundles.plain });
    for (const [i, publication] of publications.entries()) {
      if (i === REGISTERED_AFTER) this.#runs = await this.#register();
      for (const { at, fault } of plan) if (at === i) injector.inject(fault);
      await chain.publish(publication);
      await sleep(PACE_MS);
    }
    await injector.done();
    await chain.drained();
  }

  /** The stages that read it stand at a record of a newer version until they are newer too. */
  async #waitForNewer(publications: readonly Publication[]): Promise<void> {
    const { chain, bundles } = this.#rig;
    const [newer, ...others] = publications;
    await chain.serveWith(bundles.plain);
    await chain.publish(newer!);
    const readers = STREAM_FUNCTIONS.filter(({ topic }) => topic === TICKS).map(({ name }) => name);
    await until("wait for a newer version", SHOWS_MS, async () => {
      const failures = await Promise.all(readers.map((name) => chain.failure(name, TICKS)));
      return failures.every((failure) => failure?.includes("is newer than 1"));
    });
    const stands = await this.#standings(readers);
    for (const publication of others) await chain.publish(publication);
    await sleep(WATCH_MS);
    const [held] = (await this.#standings(readers)).filter((place) => stands.includes(place));
    if (held === undefined) throw new Error(`a record of a newer version was skipped: ${stands.join(", ")}`);
    await chain.serveWith(bundles.newer);
    await this.#killEach();
    await chain.drained();
  }

  /** Where the readers of topic `ticks` have not read all, as text. */
  async #standings(readers: readonly string[]): Promise<readonly string[]> {
    const { log } = this.#rig.chain;
    const all = await Promise.all(readers.map((name) => log.positions(`${name}/${TICKS}`, TICKS)));
    return all.flatMap((positions, i) =>
      positions
        .filter(({ next, end }) => next < end)
        .map(({ partition, next }) => `${readers[i]} partition ${partition} offset ${next}`),
    );
  }

  /** A stage that has read further than a new topic reaches stops until an operator has said that it is new. */
  async #recreate(publications: readonly Publication[]): Promise<void> {
    const { chain, settings, platform } = this.#rig;
    await this.#deleteTopic(settings.kafka, TICKS);
    await until("make the topic again", SHOWS_MS, async () => {
      await prepareKafka(settings);
      return true;
    });
    const made = (await allRecords(chain.log, "the recreation/before", CANDLES)).length;
    for (const publication of publications) await chain.publish(publication);
    await until("stop at a recreated topic", SHOWS_MS, async () =>
      Boolean((await chain.failure("aggregate", TICKS))?.includes("was recreated")),
    );
    await sleep(WATCH_MS);
    const { length } = await allRecords(chain.log, "the recreation/after", CANDLES);
    if (length !== made) throw new Error(`${length - made} candles came of a topic that nobody knew to be new`);
    const { reset } = await raiseEpoch({ checkpoints: platform.store.checkpoints, log: chain.log }, TICKS);
    if (reset === 0) throw new Error("no stage was told that its topic is new");
    await this.#killEach();
    await chain.drained();
  }

  /** Kills a process of each function, as bundles have it that know of no fault. */
  async #killEach(): Promise<void> {
    for (const name of new Set(STREAM_FUNCTIONS.map((each) => each.name))) {
      await until(`kill a process of ${name}`, SHOWS_MS, () => this.#rig.chain.killOne(name));
    }
  }
}
