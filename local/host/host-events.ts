/** What the host tells while it runs. */
export type HostEvent =
  /** A line that a function or task printed. */
  | { readonly kind: "line"; readonly name: string; readonly line: string }
  /** Something failed and is tried again: an invocation, a commit, reading a topic. */
  | { readonly kind: "failure"; readonly name: string; readonly what: string; readonly message: string }
  | { readonly kind: "process-started"; readonly name: string; readonly processId: number }
  | {
      readonly kind: "process-ended";
      readonly name: string;
      readonly processId: number;
      readonly how: string;
      /** Whether the host ended it as it was not needed any more. */
      readonly wanted: boolean;
    };

export type OnHostEvent = (event: HostEvent) => void;

/** What is failing now, and since when. */
export interface Fault {
  readonly message: string;
  /** When it failed first without a success since, ms UTC. */
  readonly since: number;
  /** Failures since then. */
  readonly attempts: number;
}

export function nextFault(before: Fault | null, error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return { message, since: before?.since ?? Date.now(), attempts: (before?.attempts ?? 0) + 1 };
}
