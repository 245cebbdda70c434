import type uPlotClass from "uplot";
import { formatNumber, formatPercent, formatTime } from "#shared/report/format.ts";
import type { PageData } from "#shared/report/page-data.ts";
import { logarithmicTicks } from "./logarithmic-ticks.mts";
import { colour, fontFamily } from "./page-globals.mts";
import { percentAxis } from "./percent-axis.mts";
import { timeLabels } from "./time-axis.mts";

type Column = readonly (number | null)[];

/** Room for half of a date under the last tick, pixels. */
const DATE_OVERHANG = 36;

// uPlot itself would show whole powers of ten.
const LOGARITHMIC: uPlotClass.Scale = { distr: 3, range: (_chart, min, max) => [min * 0.98, max * 1.02] };

const LOGARITHMIC_AXIS: uPlotClass.Axis = {
  splits: (_chart, _axis, min, max) => logarithmicTicks(min, max),
  filter: (_chart, ticks) => ticks,
};

interface Line {
  readonly label: string;
  readonly values: Column;
  readonly colour: string;
  readonly isFaint?: boolean;
  readonly isFilled?: boolean;
}

interface Plot {
  readonly key: string;
  readonly height: number;
  readonly time: Column;
  readonly lines: readonly Line[];
  readonly format: (value: number | null) => string;
  /** Of a tick, by the distance of ticks. */
  readonly axis: (value: number, step: number) => string;
  readonly canBeLogarithmic?: boolean;
}

/** The charts of the account; they share the cursor and the span that is zoomed in on. */
export class AccountCharts {
  readonly #data: PageData;
  #charts: uPlotClass[] = [];
  #isLogarithmic = false;

  constructor(data: PageData) {
    this.#data = data;
    const scale = document.querySelector<HTMLButtonElement>("[data-scale]");
    // A logarithm needs an account that never owed.
    if (scale !== null) scale.hidden = data.equity.account.some((value) => value !== null && value <= 0);
    scale?.addEventListener("click", () => {
      this.#isLogarithmic = !this.#isLogarithmic;
      scale.ariaPressed = String(this.#isLogarithmic);
      this.draw();
    });
    document.querySelector("[data-reset]")?.addEventListener("click", () => this.#show(this.#wholePeriod()));
    const observer = new ResizeObserver(() => this.#fit());
    for (const container of document.querySelectorAll(".plot")) observer.observe(container);
  }

  /** Draws all anew, in the colours of the theme that is on. */
  draw(): void {
    const { min, max } = this.#charts[0]?.scales["x"] ?? {};
    for (const chart of this.#charts) chart.destroy();
    this.#charts = [];
    for (const plot of plots(this.#data)) {
      const container = document.querySelector<HTMLElement>(`[data-plot=${plot.key}]`);
      if (container !== null) this.#charts.push(this.#chart(plot, container));
    }
    this.#show(min === undefined || max === undefined ? this.#wholePeriod() : { min, max });
  }

  #chart(plot: Plot, container: HTMLElement): uPlotClass {
    const columns = [plot.time, ...plot.lines.map((line) => line.values)];
    const isLogarithmic = plot.canBeLogarithmic === true && this.#isLogarithmic;
    const options: uPlotClass.Options = {
      width: container.clientWidth,
      height: plot.height,
      padding: [null, DATE_OVERHANG, null, null],
      tzDate: (time) => uPlot.tzDate(new Date(time * 1_000), "Etc/UTC"),
      cursor: {
        sync: { key: "account", scales: ["x", null] },
        drag: { x: true, y: false },
        points: { size: 7 },
        bind: {
          dblclick: () => () => {
            this.#show(this.#wholePeriod());
            return null;
          },
        },
      },
      scales: { y: isLogarithmic ? LOGARITHMIC : { range: (_chart, min, max) => linearRange(min, max) } },
      axes: [
        axis({ space: 70, values: (_chart, ticks, _axis, _space, step) => timeLabels(ticks, step) }),
        axis({
          ...(isLogarithmic ? LOGARITHMIC_AXIS : {}),
          size: 62,
          values: (_chart, ticks, _axis, _space, step) =>
            ticks.map((tick) => (tick === null ? "" : plot.axis(tick, step))),
        }),
      ],
      series: [
        { label: "Time, UTC", value: (chart, time) => formatTime((time ?? chart.data[0].at(-1)!) * 1_000) },
        ...plot.lines.map((line) => seriesOf(line, plot.format)),
      ],
    };
    return new uPlot(options, columns as uPlotClass.AlignedData, container);
  }

  #show(span: { readonly min: number; readonly max: number }): void {
    for (const chart of this.#charts) chart.setScale("x", span);
  }

  /** That of the account, so that rolling figures, which begin later, stand under it. */
  #wholePeriod(): { readonly min: number; readonly max: number } {
    const { time } = this.#data.equity;
    return { min: time[0] ?? 0, max: time.at(-1) ?? 0 };
  }

  #fit(): void {
    for (const chart of this.#charts) {
      const width = chart.root.parentElement?.clientWidth ?? chart.width;
      if (width > 0 && width !== chart.width) chart.setSize({ width, height: chart.height });
    }
  }
}

/** A line that never moves stands in a span of 2 % of it, or of 2 % itself at zero: uPlot would show 0 to 100. */
function linearRange(min: number, max: number): uPlotClass.Range.MinMax {
  if (min !== max) return uPlot.rangeNum(min, max, 0.1, true);
  const margin = 0.01 * (Math.abs(min) || 1);
  return [min - margin, max + margin];
}

function axis(own: uPlotClass.Axis): uPlotClass.Axis {
  const line = { stroke: colour("line"), width: 1 };
  return { font: `12px ${fontFamily()}`, stroke: colour("faint"), grid: line, ticks: { ...line, size: 4 }, ...own };
}

function seriesOf(line: Line, format: (value: number | null) => string): uPlotClass.Series {
  return {
    label: line.label,
    stroke: line.colour,
    width: line.isFaint ? 1.25 : 1.6,
    // What nobody points at, the legend says of the end.
    value: (_chart, value, _series, row) => format(row === null ? (line.values.at(-1) ?? null) : value),
    points: { show: false },
    ...(line.isFilled ? { fill: `color-mix(in srgb, ${line.colour} 18%, transparent)` } : {}),
  };
}

function plots(data: PageData): Plot[] {
  const { equity, underwater, rolling, quote, digits } = data;
  const percent = (value: number | null): string => formatPercent(value);
  const money = (value: number | null): string => formatNumber(value, digits.money);
  const hold = (values: Column): Line => ({ label: "Buy & hold", values, colour: colour("hold"), isFaint: true });
  const account = (values: Column, isFilled = false): Line => ({
    label: "Strategy",
    values,
    colour: colour("account"),
    isFilled,
  });
  const beside = (strategy: Line, held: Column): Line[] =>
    held.some((value) => value !== null) ? [strategy, hold(held)] : [strategy];
  const shared: Plot[] = [
    {
      key: "equity",
      height: 300,
      time: equity.time,
      lines: beside(account(equity.account), equity.hold).map((line) => ({
        ...line,
        label: `${line.label}, ${quote}`,
      })),
      format: money,
      axis: moneyAxis,
      canBeLogarithmic: true,
    },
    {
      key: "underwater",
      height: 170,
      time: underwater.time,
      lines: beside(account(underwater.account, true), underwater.hold),
      format: percent,
      axis: percentAxis,
    },
  ];
  if (rolling === null) return shared;
  const one = (key: string, values: Column): Plot => ({
    key,
    height: 190,
    time: rolling.time,
    lines: [account(values)],
    format: percent,
    axis: percentAxis,
  });
  return [...shared, one("return", rolling.return), one("volatility", rolling.volatility)];
}

/** Short enough for a narrow margin: `12.5k`, `3M`. */
function moneyAxis(value: number): string {
  const magnitude = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (magnitude >= 1e6) return `${sign}${Number((magnitude / 1e6).toPrecision(6))}M`;
  if (magnitude >= 1e4) return `${sign}${Number((magnitude / 1e3).toPrecision(6))}k`;
  return formatNumber(value, Number.isInteger(value) ? 0 : magnitude < 1 ? 4 : 1);
}
