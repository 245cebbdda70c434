import { readStreamSettings } from "#shared/config/stream-settings.ts";
import { openDynamodb } from "../wiring/dynamodb.ts";
import { openedOnce } from "../wiring/opened-once.ts";
import { openQuestdb } from "../wiring/questdb.ts";
import { serve } from "./handler.ts";

const open = openedOnce(async () => {
  const settings = readStreamSettings(process.env);
  const store = await openQuestdb(settings);
  return { ...store, checkpoints: openDynamodb(settings).checkpoints };
});

export function handler(): Promise<void> {
  return serve(open);
}
