import type { FeedView } from "#shared/engine/feeds/feed-view.ts";
import type { Line } from "#shared/engine/feeds/line.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { CaseIndicator } from "./case.ts";
import { type BuiltIndicator, buildIndicator } from "./indicator-table.ts";

type Values = (number | null)[];

interface Recorded {
  readonly feed: FeedView;
  readonly minPeriod: number;
  readonly lines: readonly { readonly line: Line; readonly values: Values }[];
}

/** The indicators that a case asks to record, one value a cycle and line. */
export class RecordedIndicators {
  private readonly asked: readonly CaseIndicator[];
  private recorded: Recorded[] = [];
  private readonly written: Record<string, { readonly minPeriod: number; readonly lines: Record<string, Values> }> = {};

  constructor(asked: readonly CaseIndicator[]) {
    this.asked = asked;
  }

  /** Makes them, in the fields of a strategy; what was written so far stays. */
  build(feeds: ReadonlyMap<string, FeedView>): void {
    const built = new Map<string, BuiltIndicator>();
    this.recorded = this.asked.map(({ id, type, input, params, skipLines = [] }) => {
      const sources = input.map((reference) => resolve(reference, feeds, built));
      const indicator = buildIndicator(type, sources, params);
      built.set(id, indicator);
      const { minPeriod } = indicator;
      this.written[id] ??= { minPeriod, lines: {} };
      const { lines: written } = this.written[id];
      const lines = Object.entries(indicator.lines).filter(([name]) => !skipLines.includes(name));
      const { series } = Object.values(indicator.lines)[0]!;
      return {
        feed: [...feeds.values()].find((feed) => feed.close.series === series)!,
        minPeriod,
        lines: lines.map(([name, line]) => {
          written[name] ??= [];
          return { line, values: written[name] };
        }),
      };
    });
  }

  /** Writes down the values of a cycle. Before an indicator's minimum period no line of it counts. */
  turn(): void {
    for (const { feed, minPeriod, lines } of this.recorded) {
      const seen = feed.bars >= minPeriod;
      for (const { line, values } of lines) values.push(seen && !Number.isNaN(line.now) ? line.now : null);
    }
  }

  /** Minimum period and values of each, by its id. */
  result(): Readonly<Record<string, unknown>> {
    return this.written;
  }
}

/** `d0`, `d0.close`, `i0` or `i0.macd`. */
function resolve(
  reference: string,
  feeds: ReadonlyMap<string, FeedView>,
  built: ReadonlyMap<string, BuiltIndicator>,
): Line | FeedView {
  const [head = "", line] = reference.split(".");
  const feed = feeds.get(head);
  if (feed !== undefined && line === undefined) return feed;
  const lines: Readonly<Record<string, unknown>> | undefined =
    feed === undefined ? built.get(head)?.lines : { ...feed };
  const found = lines === undefined ? undefined : line === undefined ? Object.values(lines)[0] : lines[line];
  if (found === undefined)
    throw new InputError("bad-data", `'${reference}' is neither a feed's line nor an indicator's`);
  return found as Line;
}
