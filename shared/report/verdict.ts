import type { TearSheet } from "../engine/tear-sheet.ts";
import { instrumentKey } from "../market/instrument.ts";
import { NO_FIGURES, signClass, term, underThirtyDays, valueOrReason } from "./figure-cells.ts";
import {
  digitsOfMoney,
  formatCount,
  formatDate,
  formatDuration,
  formatNumber,
  formatPercent,
  formatSigned,
  formatSignedPercent,
  formatTime,
  formatWithUnit,
} from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportInput } from "./report-input.ts";

const DAY = 86_400_000;

/** What it was, how it went in a sentence, and the eight figures that a reader looks for first. */
export function verdict(input: ReportInput): Markup {
  const { run, figures } = input;
  const feeds = run.feeds.map((feed) => `${instrumentKey(feed.instrument)} · ${feed.timeframe}`).join(", ");
  return html`<header class="verdict" id="verdict">
<p class="kicker">${run.kind} · <span class="status ${run.status}">${run.status}</span></p>
<h1>${run.strategy}</h1>
<p class="subject">${feeds}<br>${period(input)}</p>
${run.status === "failed" ? failure(input) : html`<p class="sentence">${sentence(input)}</p>`}
<dl class="tiles">${tiles(input)}</dl>
${figures === null ? html`<p class="note">${NO_FIGURES}</p>` : null}
</header>`;
}

function period(input: ReportInput): Markup {
  const { from, to } = input.run.period;
  const span = html`<span class="faint">(${formatDuration(to - from)})</span>`;
  return html`<time>${formatTime(from)}</time> to <time>${formatTime(to)}</time> UTC ${span}`;
}

function failure(input: ReportInput): Markup {
  const { cycles } = input.results;
  const last = cycles.length === 0 ? "before its first bar" : `after ${formatTime(cycles.time.at(-1)! + 1)} UTC`;
  return html`<div class="alert" role="alert"><strong>This run failed ${last}.</strong>
<pre>${input.run.error ?? "No reason was recorded."}</pre>
What follows is what it had done until then.</div>`;
}

function sentence(input: ReportInput): string {
  const { figures, run } = input;
  if (figures === null) return `This run is not finished; ${formatCount(input.results.cycles.length, "bar")} so far.`;
  if (input.results.fills.length === 0) {
    return `It never traded: the account stayed at its start. Buy & hold made ${formatSignedPercent(figures.buyAndHold.totalReturn)}.`;
  }
  const went = figures.totalReturn < 0 ? "Lost" : "Gained";
  const span = run.period.to - run.period.from;
  const length = span >= 2 * DAY ? formatCount(Math.round(span / DAY), "day") : formatDuration(span);
  const margin = (figures.totalReturn - figures.buyAndHold.totalReturn) * 100;
  const against = margin < 0 ? "behind" : "ahead of";
  return (
    `${went} ${formatPercent(Math.abs(figures.totalReturn))} in ${length}, after fees: ` +
    `${formatNumber(Math.abs(margin), 1)} percentage points ${against} buy & hold, ` +
    `with a worst fall of ${formatPercent(figures.maxDrawdown)}.`
  );
}

function tile(name: Markup, value: Markup, detail: string, sign = ""): Markup {
  return html`<div class="tile"><dt>${name}</dt><dd class="value ${sign}">${value}</dd><dd class="detail">${detail}</dd></div>`;
}

function tiles(input: ReportInput): Markup[] {
  const { figures, spec, run } = input;
  const digits = digitsOfMoney(run.broker.cash);
  const hold = figures?.buyAndHold ?? null;
  const fees = figures?.fees ?? null;
  const value = (text: string, reason = NO_FIGURES): Markup => valueOrReason(text, reason);
  return [
    tile(
      term(`Final value, ${spec.quote}`, "finalValue"),
      value(formatNumber(figures?.finalValue ?? null, digits)),
      `from ${formatNumber(figures?.startValue ?? run.broker.cash, digits)}`,
    ),
    tile(
      term("Total return", "totalReturn"),
      value(formatSignedPercent(figures?.totalReturn ?? null)),
      hold === null ? "" : `buy & hold ${formatSignedPercent(hold.totalReturn)}`,
      signClass(figures?.totalReturn ?? null),
    ),
    tile(
      term("Max drawdown", "maxDrawdown"),
      value(formatPercent(figures?.maxDrawdown ?? null)),
      hold === null ? "" : `buy & hold ${formatPercent(hold.maxDrawdown)}`,
    ),
    tile(
      term("Sharpe", "sharpe"),
      value(formatSigned(figures?.sharpe ?? null, 2), underThirtyDays(figures)),
      sharpeDetail(figures),
    ),
    ...tradeTiles(figures, value),
    tile(
      term(`Fees, ${spec.quote}`, "fees"),
      value(formatNumber(fees, digits)),
      figures === null ? "" : `${formatPercent(figures.fees / figures.startValue)} of the start value`,
    ),
  ];
}

function winDetail(figures: TearSheet | null): string {
  if (figures === null) return "";
  if (figures.trades === 0) return "no trade was closed";
  return `${formatNumber(figures.wins, 0)} of ${formatNumber(figures.trades, 0)} won`;
}

function sharpeDetail(figures: TearSheet | null): string {
  if (figures === null) return "";
  return figures.sharpe === null ? "under 30 days" : `Sortino ${formatSigned(figures.sortino, 2)}`;
}

function tradeTiles(figures: TearSheet | null, value: (text: string, reason?: string) => Markup): Markup[] {
  const days = figures === null ? 0 : (figures.endTime - figures.startTime) / DAY;
  const perDay = figures === null || days < 1 ? null : figures.trades / days;
  return [
    tile(
      term("Trades", "trades"),
      value(formatNumber(figures?.trades ?? null, 0)),
      perDay === null ? "" : `${formatNumber(perDay, 2)} a day`,
    ),
    tile(
      term("Win rate", "winRate"),
      value(formatPercent(figures?.winRate ?? null, 1), figures === null ? NO_FIGURES : "No trade was closed."),
      winDetail(figures),
    ),
    tile(
      term("Exposure", "exposure"),
      value(formatPercent(figures?.exposure ?? null, 1)),
      figures === null ? "" : `of ${formatCount(figures.bars, "bar")}`,
    ),
  ];
}

/** `sma-cross · binance:BTC/USDT 1h · 2024-01-01`: for the browser's tab. */
export function pageTitle(input: ReportInput): string {
  const feed = input.run.feeds[0];
  const subject = feed === undefined ? "" : ` · ${instrumentKey(feed.instrument)} ${feed.timeframe}`;
  return `${input.run.strategy}${subject} · ${formatDate(input.run.period.from)}`;
}

/** For a mail preview or a search: the verdict in words. */
export function pageDescription(input: ReportInput): string {
  const value = formatWithUnit(
    input.figures?.finalValue ?? null,
    digitsOfMoney(input.run.broker.cash),
    input.spec.quote,
  );
  return input.run.status === "failed"
    ? `Failed: ${input.run.error ?? ""}`
    : `${sentence(input)} Final value ${value}.`;
}
