import { FeedView } from "#shared/engine/feeds/feed-view.ts";
import { Line } from "#shared/engine/feeds/line.ts";
import { Accum } from "#shared/engine/indicators/accum.ts";
import { ADX, ADXR, DM, DMI } from "#shared/engine/indicators/adx.ts";
import { AllN, AnyN } from "#shared/engine/indicators/any-all.ts";
import { AroonDown, AroonOscillator, AroonUp, AroonUpDown, AroonUpDownOsc } from "#shared/engine/indicators/aroon.ts";
import { ATR } from "#shared/engine/indicators/atr.ts";
import { AccDeOsc, AwesomeOscillator } from "#shared/engine/indicators/awesome-oscillator.ts";
import { BollingerBands, BollingerBandsPct } from "#shared/engine/indicators/bollinger-bands.ts";
import { CCI } from "#shared/engine/indicators/cci.ts";
import { CrossDown, CrossOver, CrossUp } from "#shared/engine/indicators/cross-over.ts";
import { DEMA } from "#shared/engine/indicators/dema.ts";
import {
  DirectionalIndicator,
  DownMove,
  MinusDirectionalIndicator,
  PlusDirectionalIndicator,
  UpMove,
} from "#shared/engine/indicators/directional-indicator.ts";
import { DMA } from "#shared/engine/indicators/dma.ts";
import { DPO } from "#shared/engine/indicators/dpo.ts";
import { DV2 } from "#shared/engine/indicators/dv2.ts";
import { EMA } from "#shared/engine/indicators/ema.ts";
import { Envelope } from "#shared/engine/indicators/envelope.ts";
import { ExponentialSmoothing } from "#shared/engine/indicators/exponential-smoothing.ts";
import {
  FindFirstIndexHighest,
  FindFirstIndexLowest,
  FindLastIndexHighest,
  FindLastIndexLowest,
} from "#shared/engine/indicators/find-index.ts";
import { HeikinAshi, haDelta } from "#shared/engine/indicators/heikin-ashi.ts";
import { Highest } from "#shared/engine/indicators/highest.ts";
import { HMA } from "#shared/engine/indicators/hma.ts";
import { HurstExponent } from "#shared/engine/indicators/hurst-exponent.ts";
import { Ichimoku } from "#shared/engine/indicators/ichimoku.ts";
import type { Indicator } from "#shared/engine/indicators/indicator.ts";
import { KAMA } from "#shared/engine/indicators/kama.ts";
import { KST } from "#shared/engine/indicators/kst.ts";
import { LaguerreFilter, LaguerreRSI } from "#shared/engine/indicators/laguerre.ts";
import { Lowest } from "#shared/engine/indicators/lowest.ts";
import { MACD, MACDHisto } from "#shared/engine/indicators/macd.ts";
import { MeanDeviation } from "#shared/engine/indicators/mean-deviation.ts";
import { Momentum, MomentumOscillator } from "#shared/engine/indicators/momentum.ts";
import type { MovingAverage } from "#shared/engine/indicators/moving-average.ts";
import { NonZeroDifference } from "#shared/engine/indicators/non-zero-difference.ts";
import { Oscillator } from "#shared/engine/indicators/oscillator.ts";
import { ParabolicSAR } from "#shared/engine/indicators/parabolic-sar.ts";
import { PercentRank } from "#shared/engine/indicators/percent-rank.ts";
import { FibonacciPivotPoint, PivotPoint } from "#shared/engine/indicators/pivot-point.ts";
import { PrettyGoodOscillator } from "#shared/engine/indicators/pretty-good-oscillator.ts";
import { PPO, PPOShort, PriceOscillator } from "#shared/engine/indicators/price-oscillator.ts";
import { PercentChange, ROC, ROC100 } from "#shared/engine/indicators/rate-of-change.ts";
import { RelativeMomentumIndex, RSI_EMA, RSI_SMA } from "#shared/engine/indicators/relative-strength.ts";
import { RSI, RSI_Safe } from "#shared/engine/indicators/rsi.ts";
import { Average, SMA } from "#shared/engine/indicators/sma.ts";
import { SMMA } from "#shared/engine/indicators/smma.ts";
import { StandardDeviation } from "#shared/engine/indicators/standard-deviation.ts";
import { Stochastic, StochasticFast, StochasticFull } from "#shared/engine/indicators/stochastic.ts";
import { SumN } from "#shared/engine/indicators/sum-n.ts";
import { TEMA } from "#shared/engine/indicators/tema.ts";
import { Trix, TrixSignal } from "#shared/engine/indicators/trix.ts";
import { TrueHigh, TrueLow, TrueRange } from "#shared/engine/indicators/true-range.ts";
import { TSI } from "#shared/engine/indicators/tsi.ts";
import { UltimateOscillator } from "#shared/engine/indicators/ultimate-oscillator.ts";
import { DownDay, DownDayBool, UpDay, UpDayBool } from "#shared/engine/indicators/up-day.ts";
import { Vortex } from "#shared/engine/indicators/vortex.ts";
import { WeightedAverage } from "#shared/engine/indicators/weighted-average.ts";
import { WilliamsAD } from "#shared/engine/indicators/williams-ad.ts";
import { WilliamsR } from "#shared/engine/indicators/williams-r.ts";
import { WMA } from "#shared/engine/indicators/wma.ts";
import { ZLInd } from "#shared/engine/indicators/zl-ind.ts";
import { ZLEMA } from "#shared/engine/indicators/zlema.ts";
import { InputError } from "#shared/market/input-error.ts";

/** An indicator of a case as the runner records it. */
export interface BuiltIndicator {
  /** Bars of its feed after which all its lines have values. */
  readonly minPeriod: number;
  /** By backtrader's names in camelCase, the first line first. */
  readonly lines: Readonly<Record<string, Line>>;
}

type Input = FeedView | Line;
/** Options come from JSON: the constructors take what the format promises. */
type Build = (inputs: readonly Input[], options: never) => BuiltIndicator;

/**
 * Makes the indicator of a case, in a field of a strategy. Throws InputError for a type that the format does not name.
 * Before `minPeriod` bars its lines may have values already, which the format calls null.
 *
 * @param inputs feeds, of which an indicator of one line takes the close, or lines
 * @param params as the case has them; a moving average by its name
 */
export function buildIndicator(
  type: string,
  inputs: readonly Input[],
  params: Readonly<Record<string, unknown>>,
): BuiltIndicator {
  const build = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (build === undefined) throw new InputError("usage", `indicator '${type}' is unknown: see the table of the format`);
  const { movav, ...options } = params;
  if (movav === undefined) return build(inputs, options as never);
  const average = MOVING_AVERAGES[String(movav)];
  if (average === undefined) {
    throw new InputError(
      "usage",
      `movav '${String(movav)}' is unknown: give one of ${Object.keys(MOVING_AVERAGES).join(", ")}`,
    );
  }
  return build(inputs, { ...options, movav: average } as never);
}

const MOVING_AVERAGES: Readonly<Record<string, MovingAverage>> = { SMA, EMA, SMMA, WMA };

function lineOf(input: Input | undefined): Line {
  if (input instanceof Line) return input;
  if (input instanceof FeedView) return input.close;
  throw new InputError("usage", "an indicator lacks an input: give a feed or a line");
}

/** The lines by name; `name` is that of the indicator itself where its class has no name for it. */
function built(indicator: Indicator, name: string | null): BuiltIndicator {
  const further = Object.entries(indicator.lines).filter(([, line]) => name === null || line !== indicator);
  const lines = { ...(name === null ? {} : { [name]: indicator }), ...Object.fromEntries(further) };
  return { minPeriod: Math.max(...Object.values(lines).map((line) => line.minPeriod)), lines };
}

function ofLine(make: (source: Line, options: never) => Indicator, name: string | null = null): Build {
  return (inputs, options) => built(make(lineOf(inputs[0]), options), name);
}

function ofTwo(make: (first: Line, second: Line) => Indicator, name: string): Build {
  return (inputs) => built(make(lineOf(inputs[0]), lineOf(inputs[1])), name);
}

function ofFeed(make: (feed: FeedView, options: never) => Indicator, name: string | null = null): Build {
  return ([feed], options) => {
    if (feed instanceof FeedView) return built(make(feed, options), name);
    throw new InputError("usage", "an indicator of a whole feed has a line for input: give the feed");
  };
}

const TYPES: Readonly<Record<string, Build>> = {
  SMA: ofLine((source, options) => new SMA(source, options), "sma"),
  EMA: ofLine((source, options) => new EMA(source, options), "ema"),
  SMMA: ofLine((source, options) => new SMMA(source, options), "smma"),
  WMA: ofLine((source, options) => new WMA(source, options), "wma"),
  DEMA: ofLine((source, options) => new DEMA(source, options), "dema"),
  TEMA: ofLine((source, options) => new TEMA(source, options), "tema"),
  HMA: ofLine((source, options) => new HMA(source, options), "hma"),
  ZLEMA: ofLine((source, options) => new ZLEMA(source, options), "zlema"),
  KAMA: ofLine((source, options) => new KAMA(source, options), "kama"),
  ZLInd: ofLine((source, options) => new ZLInd(source, options), "ec"),
  DMA: ofLine((source, options) => new DMA(source, options), "dma"),
  SMAEnvelope: ofLine((source, options) => new Envelope(new SMA(source, options), options), "sma"),
  EMAEnvelope: ofLine((source, options) => new Envelope(new EMA(source, options), options), "ema"),
  SMAOsc: ofLine((source, options) => new Oscillator(source, new SMA(source, options)), "sma"),
  WMAOsc: ofLine((source, options) => new Oscillator(source, new WMA(source, options)), "wma"),
  EMAOsc: ofLine((source, options) => new Oscillator(source, new EMA(source, options)), "ema"),
  SMMAOsc: ofLine((source, options) => new Oscillator(source, new SMMA(source, options)), "smma"),
  SMMAEnvelope: ofLine((source, options) => new Envelope(new SMMA(source, options), options), "smma"),
  DEMAOsc: ofLine((source, options) => new Oscillator(source, new DEMA(source, options)), "dema"),
  TEMAEnvelope: ofLine((source, options) => new Envelope(new TEMA(source, options), options), "tema"),
  HMAOsc: ofLine((source, options) => new Oscillator(source, new HMA(source, options)), "hma"),
  KAMAOsc: ofLine((source, options) => new Oscillator(source, new KAMA(source, options)), "kama"),
  ZLEMAOsc: ofLine((source, options) => new Oscillator(source, new ZLEMA(source, options)), "zlema"),
  WMAEnvelope: ofLine((source, options) => new Envelope(new WMA(source, options), options), "wma"),
  Highest: ofLine((source, options) => new Highest(source, options), "highest"),
  Lowest: ofLine((source, options) => new Lowest(source, options), "lowest"),
  SumN: ofLine((source, options) => new SumN(source, options), "sumn"),
  FindFirstIndexHighest: ofLine((source, options) => new FindFirstIndexHighest(source, options), "index"),
  FindFirstIndexLowest: ofLine((source, options) => new FindFirstIndexLowest(source, options), "index"),
  FindLastIndexHighest: ofLine((source, options) => new FindLastIndexHighest(source, options), "index"),
  FindLastIndexLowest: ofLine((source, options) => new FindLastIndexLowest(source, options), "index"),
  Accum: ofLine((source, options) => new Accum(source, options), "accum"),
  Average: ofLine((source, options) => new Average(source, options), "av"),
  ExponentialSmoothing: ofLine((source, options) => new ExponentialSmoothing(source, options), "av"),
  WeightedAverage: ofLine((source, options) => new WeightedAverage(source, options), "av"),
  TrueHigh: ofFeed((feed) => new TrueHigh(feed), "truehigh"),
  TrueLow: ofFeed((feed) => new TrueLow(feed), "truelow"),
  TrueRange: ofFeed((feed) => new TrueRange(feed), "tr"),
  ATR: ofFeed((feed, options) => new ATR(feed, options), "atr"),
  StandardDeviation: ofLine((source, options) => new StandardDeviation(source, options), "stddev"),
  MeanDeviation: ofLine((source, options) => new MeanDeviation(source, options), "meandev"),
  BollingerBands: ofLine((source, options) => new BollingerBands(source, options)),
  BollingerBandsPct: ofLine((source, options) => new BollingerBandsPct(source, options)),
  UpMove: ofLine((source) => new UpMove(source), "upmove"),
  DownMove: ofLine((source) => new DownMove(source), "downmove"),
  PlusDirectionalIndicator: ofFeed((feed, options) => new PlusDirectionalIndicator(feed, options), "plusDI"),
  DirectionalIndicator: ofFeed((feed, options) => new DirectionalIndicator(feed, options)),
  MinusDirectionalIndicator: ofFeed((feed, options) => new MinusDirectionalIndicator(feed, options), "minusDI"),
  ADX: ofFeed((feed, options) => new ADX(feed, options), "adx"),
  ADXR: ofFeed((feed, options) => new ADXR(feed, options)),
  DMI: ofFeed((feed, options) => new DMI(feed, options)),
  DM: ofFeed((feed, options) => new DM(feed, options)),
  Momentum: ofLine((source, options) => new Momentum(source, options), "momentum"),
  MomentumOscillator: ofLine((source, options) => new MomentumOscillator(source, options), "momosc"),
  ROC: ofLine((source, options) => new ROC(source, options), "roc"),
  ROC100: ofLine((source, options) => new ROC100(source, options), "roc100"),
  PercentChange: ofLine((source, options) => new PercentChange(source, options), "pctchange"),
  RSI: ofLine((source, options) => new RSI(source, options), "rsi"),
  RSI_Safe: ofLine((source, options) => new RSI_Safe(source, options), "rsi"),
  RSI_EMA: ofLine((source, options) => new RSI_EMA(source, options), "rsi"),
  RSI_SMA: ofLine((source, options) => new RSI_SMA(source, options), "rsi"),
  RelativeMomentumIndex: ofLine((source, options) => new RelativeMomentumIndex(source, options), "rsi"),
  UpDay: ofLine((source, options) => new UpDay(source, options), "upday"),
  DownDay: ofLine((source, options) => new DownDay(source, options), "downday"),
  UpDayBool: ofLine((source, options) => new UpDayBool(source, options), "upday"),
  DownDayBool: ofLine((source, options) => new DownDayBool(source, options), "downday"),
  LaguerreRSI: ofLine((source, options) => new LaguerreRSI(source, options), "lrsi"),
  LaguerreFilter: ofLine((source, options) => new LaguerreFilter(source, options), "lfilter"),
  Trix: ofLine((source, options) => new Trix(source, options), "trix"),
  TrixSignal: ofLine((source, options) => new TrixSignal(source, options)),
  TSI: ofLine((source, options) => new TSI(source, options), "tsi"),
  UltimateOscillator: ofFeed((feed, options) => new UltimateOscillator(feed, options), "uo"),
  KST: ofLine((source, options) => new KST(source, options)),
  MACD: ofLine((source, options) => new MACD(source, options)),
  MACDHisto: ofLine((source, options) => new MACDHisto(source, options)),
  PriceOscillator: ofLine((source, options) => new PriceOscillator(source, options), "po"),
  PPO: ofLine((source, options) => new PPO(source, options)),
  PPOShort: ofLine((source, options) => new PPOShort(source, options)),
  AwesomeOscillator: ofFeed((feed, options) => new AwesomeOscillator(feed, options), "ao"),
  AccDeOsc: ofFeed((feed, options) => new AccDeOsc(feed, options), "accde"),
  StochasticFast: ofFeed((feed, options) => new StochasticFast(feed, options)),
  Stochastic: ofFeed((feed, options) => new Stochastic(feed, options)),
  StochasticFull: ofFeed((feed, options) => new StochasticFull(feed, options)),
  WilliamsR: ofFeed((feed, options) => new WilliamsR(feed, options), "percR"),
  CCI: ofFeed((feed, options) => new CCI(feed, options), "cci"),
  WilliamsAD: ofFeed((feed) => new WilliamsAD(feed), "ad"),
  DPO: ofLine((source, options) => new DPO(source, options), "dpo"),
  PrettyGoodOscillator: ofFeed((feed, options) => new PrettyGoodOscillator(feed, options), "pgo"),
  AroonUp: ofFeed((feed, options) => new AroonUp(feed, options), "aroonup"),
  AroonDown: ofFeed((feed, options) => new AroonDown(feed, options), "aroondown"),
  AroonUpDown: ofFeed((feed, options) => new AroonUpDown(feed, options)),
  AroonOscillator: ofFeed((feed, options) => new AroonOscillator(feed, options), "aroonosc"),
  AroonUpDownOsc: ofFeed((feed, options) => new AroonUpDownOsc(feed, options)),
  Vortex: ofFeed((feed, options) => new Vortex(feed, options)),
  ParabolicSAR: ofFeed((feed, options) => new ParabolicSAR(feed, options), "psar"),
  Ichimoku: ofFeed((feed, options) => new Ichimoku(feed, options)),
  HeikinAshi: ofFeed((feed) => new HeikinAshi(feed)),
  haDelta: ofFeed((feed, options) => new haDelta(feed, options)),
  PivotPoint: ofFeed((feed, options) => new PivotPoint(feed, options)),
  FibonacciPivotPoint: ofFeed((feed, options) => new FibonacciPivotPoint(feed, options)),
  PercentRank: ofLine((source, options) => new PercentRank(source, options), "pctrank"),
  DV2: ofFeed((feed, options) => new DV2(feed, options), "dv2"),
  HurstExponent: ofLine((source, options) => new HurstExponent(source, options), "hurst"),
  CrossOver: ofTwo((first, second) => new CrossOver(first, second), "crossover"),
  CrossUp: ofTwo((first, second) => new CrossUp(first, second), "cross"),
  CrossDown: ofTwo((first, second) => new CrossDown(first, second), "cross"),
  NonZeroDifference: ofTwo((first, second) => new NonZeroDifference(first, second), "nzd"),
  Envelope: ofLine((source, options) => new Envelope(source, options)),
  AnyN: ofLine((source, options) => new AnyN(source, options), "anyn"),
  AllN: ofLine((source, options) => new AllN(source, options), "alln"),
};
