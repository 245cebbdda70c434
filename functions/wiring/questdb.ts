import { readSecret } from "#shared/adapters/aws/secrets.ts";
import type { QuestdbConnection } from "#shared/adapters/questdb/connection.ts";
import { openQuestdbStore, type QuestdbStore } from "#shared/adapters/questdb/store.ts";
import type { StreamSettings } from "#shared/config/stream-settings.ts";
import type { Leases } from "#shared/ports/leases.ts";

/** Shorter than any function's time-out: what went wrong is to be told, not cut off. */
const DEADLINE_MS = 30_000;

/** Address, users and passwords as the settings say, read from a secret where they name one. */
export async function questdbConnection({ region, questdb }: StreamSettings): Promise<QuestdbConnection> {
  const { httpUrl, pgHost, pgPort, logins } = questdb;
  const users =
    "secretArn" in logins
      ? await readSecret({ region, endpoint: null }, logins.secretArn, [
          "httpUser",
          "httpPassword",
          "pgUser",
          "pgPassword",
        ])
      : logins;
  const { httpUser, httpPassword, pgUser, pgPassword } = users;
  return { httpUrl, httpUser, httpPassword, pgHost, pgPort, pgUser, pgPassword, deadlineMs: DEADLINE_MS };
}

/**
 * Connects to QuestDB and brings its schema up to date. Throws InputError where that cannot be done. `leases`: for who
 * rebuilds.
 */
export async function openQuestdb(settings: StreamSettings, leases?: Leases): Promise<QuestdbStore> {
  const { keepTicksDays } = settings.questdb;
  const options = { keepTicksDays, ...(leases === undefined ? {} : { leases }) };
  return openQuestdbStore(await questdbConnection(settings), options);
}
