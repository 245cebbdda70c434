import { AccountCharts } from "./account-charts.mts";
import { CandleChart } from "./candle-chart.mts";
import { readPageData } from "./page-globals.mts";
import { drawTables } from "./tables.mts";
import { wireTheme } from "./theme.mts";
import { wireCopyButtons, wireTooltips } from "./tooltip.mts";

const data = readPageData();
const candleContainer = document.querySelector<HTMLElement>("[data-candles]");
const candles = candleContainer === null ? null : new CandleChart(data, candleContainer);
const account = new AccountCharts(data);

wireTheme(() => {
  candles?.draw();
  account.draw();
});
drawTables(data, (from, to) => candles?.showSpan(from, to));
wireTooltips();
wireCopyButtons();
requestAnimationFrame(() => {
  document.documentElement.dataset["drawn"] = "yes";
});
