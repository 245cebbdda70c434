import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { OrderRequest } from "#shared/engine/strategy.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { CaseAction } from "./case.ts";
import type { Recording } from "./recording.ts";

/** What a buy or sell of a script asks of the engine. */
export function orderRequest(action: CaseAction, feed: FeedView, _recording: Recording): OrderRequest {
  const { size, execType = "Market" } = action;
  if (execType !== "Market") throw new InputError("usage", `the engine has no ${execType} orders`);
  if (size === undefined) throw new InputError("usage", "the engine has no sizers");
  return { size, feed };
}
