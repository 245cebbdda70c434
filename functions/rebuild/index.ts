import { readStreamSettings } from "#shared/config/stream-settings.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

const open = openedOnce(async () => {
  const settings = readStreamSettings(process.env);
  const { checkpoints, leases } = openDynamodb(settings);
  return { ...(await openQuestdb(settings, leases)), checkpoints };
});

export function handler(): Promise<void> {
  return serve(open);
}
