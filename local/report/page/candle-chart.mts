import type {
  CandlestickData,
  IChartApi,
  ISeriesApi,
  ISeriesMarkersPluginApi,
  LogicalRange,
  SeriesMarker,
  Time,
  UTCTimestamp,
} from "lightweight-charts";
import type { FillMark } from "#shared/report/fill-marks.ts";
import { formatCount, formatNumber, formatTime } from "#shared/report/format.ts";
import type { IndicatorLine, PageData } from "#shared/report/page-data.ts";
import { colour, element, fontFamily } from "./page-globals.mts";

/** More marks than this in view would hide the candles. */
const MARK_LIMIT = 400;
/** Up to this many marks in view have room for a word each. */
const MARK_TEXT_LIMIT = 24;
/** Width of a bar at first, in pixels, where there are more bars than fit. */
const FIRST_WIDTH = 5;
/** From Okabe and Ito's palette for all kinds of colour vision. */
const LINE_COLOURS = ["#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8a7a00", "#7a68c8"];
const PANE_HEIGHT = 110;

/** Candles with volume, fills and indicators. */
export class CandleChart {
  readonly #data: PageData;
  readonly #container: HTMLElement;
  readonly #chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #markers: ISeriesMarkersPluginApi<Time>;
  readonly #hidden = new Set<string>();
  readonly #lines: { readonly line: IndicatorLine; readonly series: ISeriesApi<"Line">; readonly colour: string }[] =
    [];
  readonly #values = element("span");

  constructor(data: PageData, container: HTMLElement) {
    this.#data = data;
    this.#container = container;
    const precision = data.digits.price;
    this.#chart = LightweightCharts.createChart(container, {
      width: container.clientWidth,
      height: container.clientHeight,
      timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.02, rightOffset: 1 },
      localization: {
        locale: "en-GB",
        timeFormatter: (time: Time) => formatTime(Number(time) * 1_000),
        priceFormatter: (price: number) => formatNumber(price, precision),
      },
      handleScroll: { vertTouchDrag: false, mouseWheel: false },
      handleScale: { mouseWheel: false },
    });
    this.#candles = this.#chart.addSeries(LightweightCharts.CandlestickSeries, {
      priceFormat: { type: "price", precision, minMove: 10 ** -precision },
      priceLineVisible: false,
    });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.#volume = this.#chart.addSeries(LightweightCharts.HistogramSeries, {
      priceScaleId: "",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#addLines();
    this.#candles.setSeriesOrder(this.#lines.length + 1);
    this.#markers = LightweightCharts.createSeriesMarkers(this.#candles, [], { zOrder: "top" });
    this.#setCandles();
    this.#wire();
    this.draw();
    // The chart takes no span before it has been laid out.
    requestAnimationFrame(() => this.#showFirst());
  }

  #showFirst(): void {
    const count = this.#data.candles.time.length;
    const fitting = Math.floor(this.#container.clientWidth / FIRST_WIDTH);
    this.#showBars(count <= 2 * fitting ? 0 : count - fitting, count - 1);
  }

  /** Puts on the colours of the theme that is on. */
  draw(): void {
    const line = colour("line");
    const surface = colour("surface");
    this.#chart.applyOptions({
      layout: {
        background: { color: surface },
        textColor: colour("faint"),
        fontFamily: fontFamily(),
        fontSize: 12,
        panes: { separatorColor: line, separatorHoverColor: line },
      },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
    });
    const up = colour("up");
    const down = colour("down");
    this.#candles.applyOptions({
      upColor: surface,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    this.#volume.applyOptions({ color: colour("strong") });
    this.#drawMarks();
    this.#drawLegend(null);
  }

  /** Shows the bars of a span (ms UTC, both inclusive) with some before and after. */
  showSpan(from: number, to: number): void {
    const first = this.#barAt(from);
    const last = this.#barAt(to);
    const margin = Math.max(15, last - first);
    this.#showBars(first - margin, last + margin);
    const stillness = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.getElementById("candles")?.scrollIntoView({ behavior: stillness ? "auto" : "smooth" });
    this.#container.focus({ preventScroll: true });
  }

  #addLines(): void {
    let panes = 0;
    for (const [i, line] of this.#data.indicators.entries()) {
      if (!line.isPrice) panes++;
      const lineColour = LINE_COLOURS[i % LINE_COLOURS.length]!;
      const options = {
        color: lineColour,
        lineWidth: 1,
        priceLineVisible: false,
        lastValueVisible: !line.isPrice,
        crosshairMarkerVisible: false,
      } as const;
      const own = { priceFormat: { type: "custom", formatter: (value: number) => formatNumber(value, 2) } } as const;
      const series = this.#chart.addSeries(
        LightweightCharts.LineSeries,
        line.isPrice ? options : { ...options, ...own },
        line.isPrice ? 0 : panes,
      );
      series.setData(
        this.#data.candles.time.map((time, bar) => {
          const value = line.values[bar] ?? null;
          return value === null ? { time: time as UTCTimestamp } : { time: time as UTCTimestamp, value };
        }),
      );
      this.#lines.push({ line, series, colour: lineColour });
    }
    if (panes === 0) return;
    this.#container.style.height = `${this.#container.clientHeight + panes * PANE_HEIGHT}px`;
    for (const pane of this.#chart.panes().slice(1)) pane.setStretchFactor(0.3);
  }

  #setCandles(): void {
    const { time, open, high, low, close, volume } = this.#data.candles;
    const at = (column: readonly (number | null)[], bar: number): number => column[bar] ?? 0;
    const candles: CandlestickData<UTCTimestamp>[] = time.map((opened, bar) => ({
      time: opened as UTCTimestamp,
      open: at(open, bar),
      high: at(high, bar),
      low: at(low, bar),
      close: at(close, bar),
    }));
    this.#candles.setData(candles);
    this.#volume.setData(candles.map((candle, bar) => ({ time: candle.time, value: at(volume, bar) })));
  }

  #wire(): void {
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.#drawMarks());
    this.#chart.subscribeCrosshairMove((event) =>
      this.#drawValues(event.logical === undefined ? null : Number(event.logical)),
    );
    const wheel = (mouseWheel: boolean): void =>
      this.#chart.applyOptions({ handleScroll: { mouseWheel }, handleScale: { mouseWheel } });
    this.#container.addEventListener("focusin", () => wheel(true));
    this.#container.addEventListener("focusout", () => wheel(false));
    this.#container.addEventListener("pointerdown", () => this.#container.focus({ preventScroll: true }));
    this.#container.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = this.#container;
      if (clientWidth > 0) this.#chart.resize(clientWidth, clientHeight);
    }).observe(this.#container);
    this.#addRangeButtons();
  }

  #addRangeButtons(): void {
    const controls = document.querySelector("[data-ranges]");
    const count = this.#data.candles.time.length;
    const sizes = [50, 100, 200, 400, 1_000, 2_000].filter((size) => size < count).slice(-3);
    const add = (label: string, size: number): void => {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", () => this.#showBars(count - size, count - 1));
      controls?.append(button);
    };
    for (const size of sizes) add(`Last ${formatNumber(size, 0)}`, size);
    add("All", count);
  }

  #onKey(event: KeyboardEvent): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    if (range === null) return;
    const width = range.to - range.from;
    const step = width / 10;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-step, -step],
      ArrowRight: [step, step],
      "+": [step, -step],
      "=": [step, -step],
      "-": [-step, step],
    };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#showBars(range.from + 0.5 + move[0], range.to - 0.5 + move[1]);
  }

  #showBars(from: number, to: number): void {
    this.#chart.timeScale().setVisibleLogicalRange({ from: from - 0.5, to: to + 0.5 });
  }

  /** The last bar that opened at or before a time, ms UTC. */
  #barAt(time: number): number {
    const opened = this.#data.candles.time;
    let low = 0;
    let high = opened.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (opened[middle]! * 1_000 <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #drawMarks(): void {
    const range = this.#chart.timeScale().getVisibleLogicalRange();
    const inView = range === null ? [] : this.#marksWithin(range);
    const isDense = inView.length > MARK_LIMIT;
    const withText = inView.length <= MARK_TEXT_LIMIT;
    this.#markers.setMarkers(isDense ? [] : inView.map((mark) => this.#marker(mark, withText)));
    const note = document.querySelector("[data-marks]");
    if (note === null) return;
    const fills = inView.reduce((sum, mark) => sum + mark.fills, 0);
    note.textContent = isDense
      ? `${formatCount(fills, "fill")} in view, too many to mark: zoom in to see entries and exits.`
      : `${formatCount(fills, "fill")} in view. Arrows up are buys, arrows down are sells; blue opens or adds to a position, purple closes or reduces one.`;
  }

  #marksWithin(range: LogicalRange): FillMark[] {
    return this.#data.marks.filter((mark) => mark.bar >= range.from - 1 && mark.bar <= range.to + 1);
  }

  #marker(mark: FillMark, withText: boolean): SeriesMarker<Time> {
    const isBuy = mark.side === "buy";
    const word = mark.role === "exit" ? "exit" : isBuy ? "long" : "short";
    return {
      time: this.#data.candles.time[mark.bar] as UTCTimestamp,
      position: isBuy ? "belowBar" : "aboveBar",
      shape: isBuy ? "arrowUp" : "arrowDown",
      color: colour(mark.role),
      ...(withText ? { text: mark.fills > 1 ? `${word} ×${mark.fills}` : word } : {}),
    };
  }

  #drawLegend(bar: number | null): void {
    const legend = document.querySelector("[data-legend]");
    if (legend === null) return;
    const buttons = this.#lines.map(({ line, series, colour: lineColour }) => {
      const button = element("button");
      button.type = "button";
      button.ariaPressed = String(!this.#hidden.has(line.name));
      const key = element("span", "key");
      key.style.background = lineColour;
      button.append(key, line.name);
      button.addEventListener("click", () => {
        if (!this.#hidden.delete(line.name)) this.#hidden.add(line.name);
        series.applyOptions({ visible: !this.#hidden.has(line.name) });
        button.ariaPressed = String(!this.#hidden.has(line.name));
      });
      return button;
    });
    legend.replaceChildren(...buttons, this.#values);
    this.#drawValues(bar);
  }

  /** The values of a bar; of the last one where none is pointed at. */
  #drawValues(pointed: number | null): void {
    const { time, open, high, low, close, volume } = this.#data.candles;
    const bar = pointed !== null && pointed >= 0 && pointed < time.length ? pointed : time.length - 1;
    const price = (column: readonly (number | null)[]): string =>
      formatNumber(column[bar] ?? null, this.#data.digits.price);
    const parts: [string, string][] = [
      ["", formatTime((time[bar] ?? 0) * 1_000)],
      ["O", price(open)],
      ["H", price(high)],
      ["L", price(low)],
      ["C", price(close)],
      ["V", formatNumber(volume[bar] ?? null, 2)],
      ...this.#lines.map(({ line }): [string, string] => [line.name, formatNumber(line.values[bar] ?? null, 2)]),
      ...this.#data.marks
        .filter((mark) => mark.bar === pointed)
        .map((mark): [string, string] => [`${mark.role} (${mark.side})`, this.#fillText(mark)]),
    ];
    this.#values.replaceChildren(
      ...parts.flatMap(([name, value]) => {
        const bold = element("b", "", value);
        return [`${name} `, bold, "  "];
      }),
    );
  }

  #fillText(mark: FillMark): string {
    const size = formatNumber(mark.size, this.#data.digits.amount);
    return `${size} ${this.#data.base} at ${formatNumber(mark.price, this.#data.digits.price)}${mark.fills > 1 ? `, ${mark.fills} fills` : ""}`;
  }
}
