import type { RunEvents, TradeRow } from "../run-events.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";
import type { Analyzer } from "./analyzer.ts";
import { OpenTrades } from "./open-trades.ts";
import {
  Amounts,
  type AmountsResult,
  Lengths,
  type LengthsResult,
  Streak,
  type StreakResult,
} from "./trade-tallies.ts";

interface SideResult {
  readonly total: number;
  readonly won: number;
  readonly lost: number;
  /** Quote currency, after fees. */
  readonly pnl: {
    readonly total: number;
    readonly average: number;
    readonly won: AmountsResult;
    readonly lost: AmountsResult;
  };
}

interface LengthsByOutcome extends LengthsResult {
  readonly won: LengthsResult;
  readonly lost: LengthsResult;
}

/** backtrader's tree. Money in quote currency, lengths in bars; without a closed trade all but `total` is absent. */
export interface TradeAnalyzerResult {
  readonly total: { readonly total: number; readonly open?: number; readonly closed?: number };
  readonly streak?: { readonly won: StreakResult; readonly lost: StreakResult };
  /** Before and after fees. */
  readonly pnl?: {
    readonly gross: { readonly total: number; readonly average: number };
    readonly net: { readonly total: number; readonly average: number };
  };
  readonly won?: { readonly total: number; readonly pnl: AmountsResult };
  readonly lost?: { readonly total: number; readonly pnl: AmountsResult };
  readonly long?: SideResult;
  readonly short?: SideResult;
  readonly len?: LengthsByOutcome & { readonly long: LengthsByOutcome; readonly short: LengthsByOutcome };
}

/**
 * Counts, profits, streaks and lengths of trades, won (a net profit of 0 is won) and lost, long and short. As in
 * backtrader, a trade within one bar makes the shortest length of all trades start anew after it, and does not count for
 * those of the kinds.
 */
export class TradeAnalyzer implements Analyzer<TradeAnalyzerResult> {
  private readonly opened = new OpenTrades();
  private gross = 0;
  private shortest = Number.POSITIVE_INFINITY;
  private readonly streaks = { won: new Streak(), lost: new Streak() };
  /** By side and outcome: long won, long lost, short won, short lost. */
  private readonly amounts = [new Amounts(), new Amounts(), new Amounts(), new Amounts()] as const;
  private readonly lengths = [new Lengths(), new Lengths(), new Lengths(), new Lengths()] as const;

  step(events: RunEvents): void {
    this.opened.step(events);
    for (const trade of events.trades) this.add(trade);
  }

  private add({ size, pnl, fees, bars }: TradeRow): void {
    const net = pnl - fees;
    const won = net >= 0;
    const kind = (size > 0 ? 0 : 2) + (won ? 0 : 1);
    this.gross += pnl;
    this.shortest = this.shortest === 0 ? bars : Math.min(this.shortest, bars);
    this.amounts[kind]!.add(net);
    this.lengths[kind]!.add(bars);
    this.streaks.won.add(won);
    this.streaks.lost.add(!won);
  }

  result(): TradeAnalyzerResult {
    const [longWon, longLost, shortWon, shortLost] = this.amounts;
    const all = Amounts.of(this.amounts);
    const open = this.opened.count;
    const total = all.count + open;
    if (all.count === 0) return { total: total === 0 ? { total } : { total, open } };
    const won = Amounts.of([longWon, shortWon]);
    const lost = Amounts.of([longLost, shortLost]);
    return {
      total: { total, open, closed: all.count },
      streak: { won: this.streaks.won.result(), lost: this.streaks.lost.result() },
      pnl: {
        gross: { total: this.gross, average: this.gross / all.count },
        net: { total: all.total, average: all.average },
      },
      won: { total: won.count, pnl: won.result() },
      lost: { total: lost.count, pnl: lost.result() },
      long: sideResult(longWon, longLost),
      short: sideResult(shortWon, shortLost),
      len: {
        ...lengthsResult(this.lengths, [0, 2], [1, 3]),
        min: this.shortest,
        long: lengthsResult(this.lengths, [0], [1]),
        short: lengthsResult(this.lengths, [2], [3]),
      },
    };
  }

  save(writer: SnapshotWriter): void {
    this.opened.save(writer);
    writer.number(this.shortest);
    writer.number(this.gross);
    for (const part of [this.streaks.won, this.streaks.lost, ...this.amounts, ...this.lengths]) part.save(writer);
  }

  load(reader: SnapshotReader): void {
    this.opened.load(reader);
    this.shortest = reader.number();
    this.gross = reader.number();
    for (const part of [this.streaks.won, this.streaks.lost, ...this.amounts, ...this.lengths]) part.load(reader);
  }
}

function sideResult(won: Amounts, lost: Amounts): SideResult {
  const { count, total, average } = Amounts.of([won, lost]);
  const pnl = { total, average, won: won.result(), lost: lost.result() };
  return { total: count, won: won.count, lost: lost.count, pnl };
}

function lengthsResult(all: readonly Lengths[], won: readonly number[], lost: readonly number[]): LengthsByOutcome {
  const pick = (kinds: readonly number[]): LengthsResult => Lengths.of(kinds.map((kind) => all[kind]!)).result();
  return { ...pick([...won, ...lost]), won: pick(won), lost: pick(lost) };
}
