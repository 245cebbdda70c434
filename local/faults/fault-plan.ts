import type { Moment } from "./fault-points.ts";
import type { StageName } from "./memory-chain.ts";
import { Seeded } from "./seeded.ts";

export type ServerName = "kafka" | "questdb" | "dynamodb";

/** Something that goes wrong. */
export type FaultSpec =
  /** The process of a function is killed when a batch gets there. */
  | { readonly kind: "kill function"; readonly stage: StageName; readonly moment: Moment }
  /** Whatever process of the function is running is killed, whatever it does. */
  | { readonly kind: "kill process"; readonly stage: StageName }
  /** An invocation stands still, others take its batch and later ones, and then it goes on. */
  | { readonly kind: "slow invocation"; readonly stage: StageName }
  /** All batches come again, from the oldest on, as where an event source has lost its place. */
  | { readonly kind: "deliver again"; readonly stage: StageName }
  | { readonly kind: "kill server"; readonly server: ServerName }
  /** The server stands still for longer than every time-out. */
  | { readonly kind: "pause server"; readonly server: ServerName }
  | { readonly kind: "fill disk" }
  /** A second host serves the same groups. */
  | { readonly kind: "second host" };

/** A fault, and after how many publications it happens. */
export interface PlannedFault {
  readonly at: number;
  readonly fault: FaultSpec;
}

const STAGES: readonly StageName[] = ["archive", "aggregate", "step-strategies"];
const MOMENTS: readonly Moment[] = ["before outputs", "after outputs", "before commit", "after commit"];

/** Deaths of functions at each moment that they have: `archive` commits no checkpoint. */
export const KILLED_FUNCTIONS: readonly FaultSpec[] = STAGES.flatMap((stage) =>
  MOMENTS.filter((moment) => stage !== "archive" || moment.endsWith("outputs")).map((moment) => ({
    kind: "kill function" as const,
    stage,
    moment,
  })),
);
export const SLOW_INVOCATIONS: readonly FaultSpec[] = (["aggregate", "step-strategies"] as const).map((stage) => ({
  kind: "slow invocation",
  stage,
}));
export const REPEATED_DELIVERIES: readonly FaultSpec[] = STAGES.map((stage) => ({ kind: "deliver again", stage }));

/** Faults that need real processes and servers. */
export const SERVER_FAULTS: readonly FaultSpec[] = [
  ...STAGES.map((stage) => ({ kind: "kill process", stage }) as const),
  ...(["kafka", "questdb", "dynamodb"] as const).flatMap((server) => [
    { kind: "kill server", server } as const,
    { kind: "pause server", server } as const,
  ]),
  { kind: "fill disk" },
  { kind: "second host" },
];

/** Where the last faults begin, as a part of all records: those that are armed have to meet work still. */
const LATEST = 0.88;

/** Spreads faults over `publications` records, at seeded places and in a seeded order; the first ones are spared. */
export function planFaults(seed: number, publications: number, faults: readonly FaultSpec[]): readonly PlannedFault[] {
  const random = new Seeded(seed, "fault plan");
  return faults
    .map((fault) => {
      // The later, the more comes again, and what means something else by then, as an end that is over.
      const earliest = fault.kind === "deliver again" ? (3 * publications) >> 2 : publications >> 4;
      return { at: random.between(earliest, Math.floor(LATEST * publications)), fault };
    })
    .sort((a, b) => a.at - b.at);
}

/** The plan for people, one fault a line. */
export function planText(seed: number, plan: readonly PlannedFault[]): string {
  const lines = plan.map(({ at, fault }) => {
    const { kind, ...rest } = fault;
    return `  after ${at} records: ${kind} ${Object.values(rest).join(", ")}`;
  });
  return [`seed ${seed} (FAULT_SEED=${seed} repeats it):`, ...lines].join("\n");
}
