import type { RunRecord } from "../ports/run-registry.ts";
import { storedFields } from "./stored-fields.ts";

/** Columns of table `runs`. */
export const RUN_FIELDS = storedFields<RunRecord>({
  run: ["run", "text", "never"],
  kind: ["kind", "word", "never"],
  strategy: ["strategy", "word", "never"],
  feeds: ["feeds", "json", "never"],
  params: ["params", "json", "never"],
  definition: ["definition", "text", "never"],
  identity: ["identity", "text", "never"],
  created: ["created", "time", "never"],
  status: ["status", "word", "never"],
  error: ["error", "text", "null"],
  resultHash: ["result_hash", "text", "null"],
  figures: ["figures", "json", "null"],
  version: ["version", "integer", "never"],
  until: ["until", "time", "null"],
});
