import { LargeStateBucket } from "#shared/adapters/aws/large-state-bucket.ts";
import { DynamodbCheckpointStore } from "#shared/adapters/dynamodb/checkpoint-store.ts";
import { DynamodbLeases } from "#shared/adapters/dynamodb/leases.ts";
import { DynamodbRunRegistry } from "#shared/adapters/dynamodb/run-registry.ts";
import { clientOf } from "#shared/adapters/dynamodb/settings.ts";
import { LargeStateFolder } from "#shared/adapters/files/large-state-folder.ts";
import type { StreamSettings } from "#shared/config/stream-settings.ts";
import type { CheckpointStore } from "#shared/ports/checkpoint-store.ts";
import type { LargeStateStore } from "#shared/ports/large-state-store.ts";
import type { Leases } from "#shared/ports/leases.ts";
import type { LiveRunRegistry } from "#shared/ports/run-registry.ts";

/** What is kept in DynamoDB, and beside it what is too large for it. */
export interface DynamodbPorts {
  readonly checkpoints: CheckpointStore;
  readonly runs: LiveRunRegistry;
  readonly leases: Leases;
  /** Large states, and artefacts of runs. */
  readonly largeStates: LargeStateStore;
  close(): void;
}

/** Connects with the first request. */
export function openDynamodb({ region, dynamodb, state }: StreamSettings): DynamodbPorts {
  const client = clientOf({ region, endpoint: dynamodb.endpoint, credentials: null });
  const bucket = "bucket" in state ? new LargeStateBucket({ region, endpoint: state.endpoint }, state.bucket) : null;
  const largeStates = "folder" in state ? new LargeStateFolder(state.folder) : bucket!;
  return {
    checkpoints: new DynamodbCheckpointStore(client, dynamodb.checkpointsTable, largeStates),
    runs: new DynamodbRunRegistry(client, dynamodb.runsTable),
    leases: new DynamodbLeases(client, dynamodb.checkpointsTable),
    largeStates,
    close: () => {
      client.destroy();
      bucket?.close();
    },
  };
}
