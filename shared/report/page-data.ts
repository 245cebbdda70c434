import type { ExecType, OrderRow, OrderStatus } from "../engine/run-events.ts";
import { holdValues } from "./buy-and-hold.ts";
import { lastOfGroups, type MergedCandles, mergeCandles, pickRows, rowsOfExtremes } from "./decimate.ts";
import { underwater } from "./drawdown.ts";
import { type FillMark, fillMarks } from "./fill-marks.ts";
import { barEnd, digitsOfMoney, digitsOfStep } from "./format.ts";
import type { ReportInput } from "./report-input.ts";
import { rollingFigures } from "./rolling.ts";
import { netProfit } from "./trade-statistics.ts";

/** Bars drawn at most; more candles are merged. */
export const BAR_LIMIT = 5_000;
/** Spans of a line of which the least and the greatest value are drawn. */
const LINE_BUCKETS = 1_000;
/** Rows of a table in the page; the newest are kept. */
export const ROW_LIMIT = 5_000;

type Column = readonly (number | null)[];

/** What the page's script draws, as JSON: NaN becomes null on the way. Times are seconds UTC in charts, ms in tables. */
export interface PageData {
  readonly base: string;
  readonly quote: string;
  readonly digits: { readonly price: number; readonly amount: number; readonly money: number };
  readonly candles: {
    readonly group: number;
    readonly time: Column;
    readonly open: Column;
    readonly high: Column;
    readonly low: Column;
    readonly close: Column;
    readonly volume: Column;
  };
  readonly indicators: readonly IndicatorLine[];
  readonly marks: readonly FillMark[];
  readonly equity: { readonly time: Column; readonly account: Column; readonly hold: Column };
  readonly underwater: { readonly time: Column; readonly account: Column; readonly hold: Column };
  readonly rolling: { readonly time: Column; readonly return: Column; readonly volatility: Column } | null;
  readonly trades: readonly TradeCells[];
  readonly orders: readonly OrderCells[];
  readonly logs: readonly LogCells[];
}

/** An indicator's value at the end of each drawn bar. */
export interface IndicatorLine {
  readonly name: string;
  /** Whether it is a price and belongs over the candles, or has a scale of its own. */
  readonly isPrice: boolean;
  readonly values: Column;
}

/** Trade, feed, opened, closed, size, entry price, exit price, net profit, return, fees, bars, entry tag, exit type, exit tag. */
export type TradeCells = readonly [
  number,
  string,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  string,
  ExecType,
  string,
];

/** Time, order, feed, status, kind, size, remaining, price, tag, note. */
export type OrderCells = readonly [
  number,
  number,
  string,
  OrderStatus,
  string,
  number,
  number,
  number | null,
  string,
  string,
];

/** Time, text. */
export type LogCells = readonly [number, string];

/** Whether an order's event needs a reader's eye: it was refused, or something was noted. */
export function isRemarkable(order: OrderRow): boolean {
  return order.status === "Margin" || order.status === "Rejected" || order.note !== null;
}

/** Everything that is drawn by script, decimated to what a screen can show. */
export function pageData(input: ReportInput): PageData {
  const { results, spec } = input;
  const bars = mergeCandles(input.candles, BAR_LIMIT);
  const feed = input.run.feeds[0]?.name;
  return {
    base: spec.base,
    quote: spec.quote,
    digits: {
      price: digitsOfStep(spec.priceStep),
      amount: digitsOfStep(spec.amountStep),
      money: digitsOfMoney(input.run.broker.cash),
    },
    candles: {
      group: bars.group,
      time: seconds(bars.openTime),
      open: [...bars.open],
      high: [...bars.high],
      low: [...bars.low],
      close: [...bars.close],
      volume: rounded(bars.volume),
    },
    indicators: [...input.indicators].map(([name, values]) => indicatorLine(name, values, bars)),
    marks: fillMarks(
      results.fills.filter((fill) => fill.feed === feed),
      bars,
    ),
    ...accountLines(input),
    trades: results.trades
      .slice(-ROW_LIMIT)
      .map((trade) => [
        trade.trade,
        trade.feed,
        trade.openTime,
        trade.closeTime,
        trade.size,
        trade.entryPrice,
        trade.exitPrice,
        significant(netProfit(trade)),
        significant(netProfit(trade) / Math.abs(trade.size * trade.entryPrice)),
        significant(trade.fees),
        trade.bars,
        trade.tag ?? "",
        trade.exitType,
        trade.exitTag ?? "",
      ]),
    orders: results.orders
      .filter(isRemarkable)
      .slice(-ROW_LIMIT)
      .map((order) => [
        order.time,
        order.order,
        order.feed,
        order.status,
        order.execType,
        order.size,
        order.remaining,
        order.price,
        order.tag ?? "",
        order.note ?? "",
      ]),
    logs: results.logs.slice(-ROW_LIMIT).map((line) => [line.time, line.text]),
  };
}

function accountLines(input: ReportInput): Pick<PageData, "equity" | "underwater" | "rolling"> {
  const { cycles } = input.results;
  const time = seconds(cycles.time.map(barEnd));
  const hold = holdValues(cycles.time, input.candles, input.figures?.buyAndHold.finalValue ?? Number.NaN);
  const line = (account: Float64Array, held: Float64Array) => {
    const rows = rowsOfExtremes([account, held], LINE_BUCKETS);
    return {
      time: Array.from(rows, (row) => time[row]!),
      account: rounded(pickRows(account, rows)),
      hold: rounded(pickRows(held, rows)),
    };
  };
  const rolling = rollingFigures(cycles.time, cycles.value);
  return {
    equity: line(cycles.value, hold),
    underwater: line(underwater(cycles.value), underwater(hold)),
    rolling: rolling === null ? null : rollingLines(rolling),
  };
}

function rollingLines(rolling: NonNullable<ReturnType<typeof rollingFigures>>): NonNullable<PageData["rolling"]> {
  const rows = rowsOfExtremes([rolling.return, rolling.volatility], LINE_BUCKETS);
  return {
    time: seconds(pickRows(rolling.time, rows).map(barEnd)),
    return: rounded(pickRows(rolling.return, rows)),
    volatility: rounded(pickRows(rolling.volatility, rows)),
  };
}

function indicatorLine(name: string, values: Float64Array, bars: MergedCandles): IndicatorLine {
  const line = lastOfGroups(values, bars.group);
  return { name, isPrice: isPriceLine(line, bars.close), values: rounded(line) };
}

/** An average or a band is near the close; an oscillator is not. Half of the values within a factor of 2 decide. */
function isPriceLine(line: Float64Array, close: Float64Array): boolean {
  let near = 0;
  let known = 0;
  for (let i = 0; i < line.length; i++) {
    const value = line[i]!;
    if (Number.isNaN(value)) continue;
    known++;
    if (value > close[i]! / 2 && value < close[i]! * 2) near++;
  }
  return known === 0 || near * 2 > known;
}

function seconds(time: Float64Array): number[] {
  return Array.from(time, (ms) => Math.floor(ms / 1_000));
}

function rounded(values: Float64Array): number[] {
  return Array.from(values, significant);
}

/** Ten digits are more than any screen shows, and keep the page small. */
function significant(value: number): number {
  return Number(value.toPrecision(10));
}
