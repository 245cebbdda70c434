import type { TickKind } from "#shared/market/tick.ts";
import type { LineBlock } from "./line-blocks.ts";
import type { RowSink } from "./row-sink.ts";

/** A recorded websocket frame: receive time, a space, JSON. */
export const FRAME = /^[0-9]{13,19} \{.*\}\s*$/;

/** Columns that frames of each kind are turned into. */
export const FRAME_HEADERS: Readonly<Record<TickKind, string>> = {
  trade: "id,price,qty,time,is_buyer_maker",
  aggregate: "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
};

/** The fields that are looked at, of whatever JSON object a frame holds: the frame itself, or the event in `data`. */
type Frame = Readonly<Partial<Record<"data" | "e" | "s" | "t" | "a" | "p" | "q" | "f" | "l" | "T" | "m", unknown>>>;

const EVENTS: Readonly<Record<string, TickKind>> = { trade: "trade", aggTrade: "aggregate" };

/** The kind of tick that a frame carries for one of `symbols`; null for any other frame. */
export function frameKind(line: string, symbols: readonly string[]): TickKind | null {
  const event = tradeEvent(line);
  if (event === null || typeof event.s !== "string" || !symbols.includes(event.s)) return null;
  return EVENTS[String(event.e)] ?? null;
}

/**
 * Turns frames into lines of comma-separated values, one for one so that line numbers stay: those that carry no tick
 * of this kind and of one of `symbols` become empty lines and are counted.
 */
export async function* frameLines(
  blocks: AsyncIterable<LineBlock>,
  kind: TickKind,
  symbols: readonly string[],
  sink: RowSink,
): AsyncGenerator<LineBlock> {
  let number = 0;
  for await (const { bytes, overlong } of blocks) {
    if (overlong) {
      number++;
      yield { bytes, overlong };
      continue;
    }
    const lines: string[] = [];
    for (const line of bytes.toString("utf8").slice(0, -1).split("\n")) {
      number++;
      lines.push(frameLine(line, number, kind, symbols, sink));
    }
    yield { bytes: Buffer.from(`${lines.join("\n")}\n`), overlong: false };
  }
}

function frameLine(line: string, number: number, kind: TickKind, symbols: readonly string[], sink: RowSink): string {
  if (line.trim() === "") return "";
  if (!FRAME.test(line)) {
    sink.reject(number, line, "it is no frame: a receive time in ns, a space and JSON are needed");
    return "";
  }
  const event = tradeEvent(line);
  if (event === null && mentionsTrade(line)) {
    sink.reject(number, line, "its JSON is damaged");
    return "";
  }
  if (event === null || EVENTS[String(event.e)] !== kind || !symbols.includes(String(event.s))) {
    sink.ignore();
    return "";
  }
  const fields =
    kind === "trade"
      ? [event.t, event.p, event.q, event.T, event.m]
      : [event.a, event.p, event.q, event.f, event.l, event.T, event.m];
  return fields.map((field) => String(field ?? "").replace(/[,"\s]/g, "?")).join(",");
}

/** Spares parsing the large frames of other events. */
function mentionsTrade(line: string): boolean {
  return line.includes('"trade"') || line.includes('"aggTrade"');
}

function tradeEvent(line: string): Frame | null {
  if (!mentionsTrade(line)) return null;
  try {
    const frame: unknown = JSON.parse(line.slice(line.indexOf("{")));
    const event = isFrame(frame) && isFrame(frame.data) ? frame.data : frame;
    return isFrame(event) ? event : null;
  } catch {
    return null;
  }
}

function isFrame(value: unknown): value is Frame {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
