import type { BracketRequest, OrderRequest } from "#shared/engine/broker/order-request.ts";
import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { CaseAction } from "./case.ts";
import type { Recording } from "./recording.ts";

const ORDER_FIELDS = [
  "size",
  "execType",
  "price",
  "priceLimit",
  "trailAmount",
  "trailPercent",
  "valid",
  "tradeId",
] as const;
const BRACKET_FIELDS = [
  "size",
  "execType",
  "price",
  "priceLimit",
  "valid",
  "stopPrice",
  "limitPrice",
  "stopTrailAmount",
  "stopPriceLimit",
  "noStop",
  "noLimit",
] as const;

/** What a buy or sell of a script asks of the engine, whose names are those of the format. */
export function orderRequest(action: CaseAction, feed: FeedView, recording: Recording): OrderRequest {
  const oco = action.oco === undefined ? undefined : recording.order(action.oco);
  return { feed, ...given(action, ORDER_FIELDS), ...(oco === undefined ? null : { oco }) } as OrderRequest;
}

/** What a bracket of a script asks of the engine. */
export function bracketRequest(action: CaseAction, feed: FeedView): BracketRequest {
  return { feed, ...given(action, BRACKET_FIELDS) } as BracketRequest;
}

function given(action: CaseAction, fields: readonly (keyof CaseAction)[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => action[field] != null).map((field) => [field, action[field]]));
}
