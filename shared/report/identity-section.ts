import { feedKey, type InstrumentSpec } from "../market/instrument.ts";
import { formatDate, formatNumber, formatPercent, formatTime, formatWithUnit } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportInput } from "./report-input.ts";

/** What would repeat the run: identity, parameters, feeds, broker, instrument; each with a button that copies it. */
export function identitySection(input: ReportInput): Markup {
  const { run, spec } = input;
  const params = Object.entries(run.params);
  return html`<section id="identity"><h2>Parameters and identity</h2>
<div class="columns">
${list("Run", [
  copyable("Run id", run.run),
  copyable("Identity, sha256", run.identity),
  run.resultHash === null
    ? row("Result, sha256", "none until the run is finished")
    : copyable("Result, sha256", run.resultHash),
  row("Created, UTC", formatTime(run.created)),
  row("Candles chosen", run.candleChoice === "best" ? "best: what is known now" : "known: what was known then"),
  ...run.feeds.map((feed) => copyable(`Feed ${feed.name}`, feedKey(feed))),
  row("From, UTC, inclusive", formatTime(run.period.from)),
  row("To, UTC, exclusive", formatTime(run.period.to)),
])}
${list(
  "Parameters",
  params.length === 0 ? [row("none", "")] : params.map(([name, value]) => copyable(name, String(value))),
)}
${list("Broker", [
  row("Cash at the start", formatWithUnit(run.broker.cash, 2, spec.quote)),
  row("Taker fee", formatPercent(run.broker.takerFee, 3)),
  row("Maker fee", formatPercent(run.broker.makerFee, 3)),
  row("Slippage", formatPercent(run.broker.slippage, 3)),
  ...specRows(spec),
])}
</div></section>`;
}

function specRows(spec: InstrumentSpec): Markup[] {
  const step = (value: number, unit: string): string => (value === 0 ? "none" : `${value} ${unit}`);
  return [
    row("Price step", step(spec.priceStep, spec.quote)),
    row("Amount step", step(spec.amountStep, spec.base)),
    row("Least amount", step(spec.minAmount, spec.base)),
    row("Least order value", spec.minNotional === 0 ? "none" : `${formatNumber(spec.minNotional, 2)} ${spec.quote}`),
    row("Rules valid from, UTC", formatDate(spec.validFrom)),
  ];
}

function list(title: string, rows: readonly Markup[]): Markup {
  return html`<div><h3>${title}</h3><dl class="pairs">${rows}</dl></div>`;
}

function row(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function copyable(name: string, value: string): Markup {
  return html`<div><dt>${name}</dt><dd><code>${value}</code><button type="button" class="copy" data-copy="${value}" aria-label="Copy ${name}">Copy</button></dd></div>`;
}
