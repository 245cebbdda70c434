import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "#shared/market/input-error.ts";
import type { KafkaSettings } from "./settings.ts";

/** What kafkajs tells of an error, besides its message. */
interface KafkaError extends Error {
  readonly retriable?: boolean;
  /** The broker's name of the error. */
  readonly type?: string;
  /** The system's name of the error. */
  readonly code?: string | number;
}

/** Thrown by kafkajs while it looks for brokers, though it does not call them retriable. */
const SEARCHING = new Set([
  "KafkaJSBrokerNotFound",
  "KafkaJSConnectionClosedError",
  "KafkaJSConnectionError",
  "KafkaJSGroupCoordinatorNotFound",
  "KafkaJSLockTimeout",
  "KafkaJSMetadataNotLoaded",
  "KafkaJSRequestTimeoutError",
  "KafkaJSTopicMetadataNotLoaded",
]);

const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 1_000;

/** What was wrong at the bottom of kafkajs's wrappings. */
export function rootOf(error: unknown): KafkaError {
  let root = error as KafkaError;
  while (root.cause instanceof Error) root = root.cause as KafkaError;
  return root;
}

/** The error to throw for one that trying again does not mend; null where it may. */
export function permanentFault(error: unknown, settings: KafkaSettings): Error | null {
  const root = rootOf(error);
  if (root.name === "KafkaJSSASLAuthenticationError") {
    return new InputError(
      "usage",
      `Kafka at ${settings.brokers.join(", ")} refuses user '${settings.user}' (${root.message}): correct the user or ` +
        "the password, or give the user a SCRAM-SHA-512 password in Kafka.",
      { cause: error },
    );
  }
  if (root.retriable === true || SEARCHING.has(root.name) || typeof root.code === "string") return null;
  return root;
}

/** The error to throw when the deadline is over. */
export function overdue(what: string, settings: KafkaSettings, error: unknown): Error {
  const message =
    `Kafka at ${settings.brokers.join(", ")} could not ${what} within ${settings.deadlineMs} ms (${rootOf(error).message}): ` +
    "start it, or correct the address of its brokers.";
  return new InputError("store", message, { cause: error });
}

/**
 * Attempts until it succeeds, with growing pauses. Throws InputError when the deadline is over (`what` says what was
 * wanted) or the credentials are refused, and what is not mended by trying again as it is.
 */
export async function untilDeadline<T>(what: string, settings: KafkaSettings, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + settings.deadlineMs;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof InputError) throw error;
      const fault = permanentFault(error, settings);
      if (fault !== null) throw fault;
      if (performance.now() + wait > deadline) throw overdue(what, settings, error);
      await sleep(wait);
    }
  }
}
