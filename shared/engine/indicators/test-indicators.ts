import type { FeedView } from "../feeds/feed-view.ts";
import { Accum } from "./accum.ts";
import { ADX, ADXR } from "./adx.ts";
import { AllN, AnyN } from "./any-all.ts";
import { AroonDown, AroonOscillator, AroonUp, AroonUpDown, AroonUpDownOsc } from "./aroon.ts";
import { ATR } from "./atr.ts";
import { AccDeOsc, AwesomeOscillator } from "./awesome-oscillator.ts";
import { BollingerBands, BollingerBandsPct } from "./bollinger-bands.ts";
import { CCI } from "./cci.ts";
import { CrossDown, CrossOver, CrossUp } from "./cross-over.ts";
import { Delay } from "./delay.ts";
import { DEMA } from "./dema.ts";
import {
  DirectionalIndicator,
  DownMove,
  MinusDirectionalIndicator,
  PlusDirectionalIndicator,
  UpMove,
} from "./directional-indicator.ts";
import { DMA } from "./dma.ts";
import { DPO } from "./dpo.ts";
import { DV2 } from "./dv2.ts";
import { EMA } from "./ema.ts";
import { Envelope } from "./envelope.ts";
import { ExponentialSmoothing } from "./exponential-smoothing.ts";
import { Extrapolation } from "./extrapolation.ts";
import {
  FindFirstIndexHighest,
  FindFirstIndexLowest,
  FindLastIndexHighest,
  FindLastIndexLowest,
} from "./find-index.ts";
import { HeikinAshi, haDelta } from "./heikin-ashi.ts";
import { Highest } from "./highest.ts";
import { HMA } from "./hma.ts";
import { HurstExponent } from "./hurst-exponent.ts";
import { Ichimoku } from "./ichimoku.ts";
import type { Indicator } from "./indicator.ts";
import { KAMA } from "./kama.ts";
import { KST } from "./kst.ts";
import { LaguerreFilter, LaguerreRSI } from "./laguerre.ts";
import { Absolute, Add, Distance, DivByZero, Divide, Max, Min, Multiply, Negate, Subtract } from "./line-arithmetic.ts";
import { And, Equal, Greater, GreaterOrEqual, If, Less, LessOrEqual, Not, NotEqual, Or } from "./line-logic.ts";
import { Lowest } from "./lowest.ts";
import { MACD, MACDHisto } from "./macd.ts";
import { MeanDeviation } from "./mean-deviation.ts";
import { Momentum, MomentumOscillator } from "./momentum.ts";
import { NonZeroDifference } from "./non-zero-difference.ts";
import { Oscillator } from "./oscillator.ts";
import { ParabolicSAR } from "./parabolic-sar.ts";
import { PercentRank } from "./percent-rank.ts";
import { DemarkPivotPoint, FibonacciPivotPoint, PivotPoint } from "./pivot-point.ts";
import { PrettyGoodOscillator } from "./pretty-good-oscillator.ts";
import { PPO, PPOShort, PriceOscillator } from "./price-oscillator.ts";
import { PercentChange, ROC, ROC100 } from "./rate-of-change.ts";
import { RelativeMomentumIndex, RelativeStrength, RSI_EMA, RSI_SMA } from "./relative-strength.ts";
import { RSI } from "./rsi.ts";
import { SMA } from "./sma.ts";
import { SMMA } from "./smma.ts";
import { StandardDeviation } from "./standard-deviation.ts";
import { Stochastic, StochasticFast, StochasticFull } from "./stochastic.ts";
import { SumN } from "./sum-n.ts";
import { TEMA } from "./tema.ts";
import { Trix, TrixSignal } from "./trix.ts";
import { TrueHigh, TrueLow, TrueRange } from "./true-range.ts";
import { TSI } from "./tsi.ts";
import { MedianPrice, TypicalPrice } from "./typical-price.ts";
import { UltimateOscillator } from "./ultimate-oscillator.ts";
import { DownDay, DownDayBool, UpDay, UpDayBool } from "./up-day.ts";
import { Vortex } from "./vortex.ts";
import { WeightedAverage } from "./weighted-average.ts";
import { WilliamsAD } from "./williams-ad.ts";
import { WilliamsR } from "./williams-r.ts";
import { WMA } from "./wma.ts";
import { ZLInd } from "./zl-ind.ts";
import { ZLEMA } from "./zlema.ts";

/** Every indicator by the name of its class, with windows short enough for tests. */
export const EVERY_INDICATOR: Readonly<Record<string, (data: FeedView) => Indicator>> = {
  Absolute: (data) => new Absolute(new Momentum(data.close)),
  AccDeOsc: (data) => new AccDeOsc(data, { period: 3 }),
  Accum: (data) => new Accum(data.close, { seed: 3 }),
  Add: (data) => new Add(data.close, data.open),
  ADX: (data) => new ADX(data, { period: 4 }),
  ADXR: (data) => new ADXR(data, { period: 4 }),
  AllN: (data) => new AllN(new UpDayBool(data.close), { period: 4 }),
  And: (data) => new And(new UpDayBool(data.close), data.volume),
  AnyN: (data) => new AnyN(new UpDayBool(data.close), { period: 4 }),
  AroonDown: (data) => new AroonDown(data, { period: 5 }),
  AroonOscillator: (data) => new AroonOscillator(data, { period: 5 }),
  AroonUp: (data) => new AroonUp(data, { period: 5 }),
  AroonUpDown: (data) => new AroonUpDown(data, { period: 5 }),
  AroonUpDownOsc: (data) => new AroonUpDownOsc(data, { period: 5 }),
  ATR: (data) => new ATR(data, { period: 5 }),
  AwesomeOscillator: (data) => new AwesomeOscillator(data, { fast: 3, slow: 8, movav: SMMA }),
  BollingerBands: (data) => new BollingerBands(data.close, { period: 6 }),
  BollingerBandsPct: (data) => new BollingerBandsPct(data.close, { period: 6 }),
  CCI: (data) => new CCI(data, { period: 5 }),
  CrossDown: (data) => new CrossDown(data.close, data.open),
  CrossOver: (data) => new CrossOver(data.close, new SMA(data.close, { period: 3 })),
  CrossUp: (data) => new CrossUp(data.close, data.open),
  Delay: (data) => new Delay(data.close, { period: 6 }),
  DEMA: (data) => new DEMA(data.close, { period: 5 }),
  DemarkPivotPoint: (data) => new DemarkPivotPoint(data),
  DirectionalIndicator: (data) => new DirectionalIndicator(data, { period: 5 }),
  Distance: (data) => new Distance(data.close, data.open),
  DivByZero: (data) => new DivByZero(data.close, data.volume, { zero: 7 }),
  Divide: (data) => new Divide(data.close, data.volume),
  DMA: (data) => new DMA(data.close, { period: 5, gainlimit: 10, hperiod: 4 }),
  DownDay: (data) => new DownDay(data.close, { period: 5 }),
  DownDayBool: (data) => new DownDayBool(data.close, { period: 5 }),
  DownMove: (data) => new DownMove(data.low),
  DPO: (data) => new DPO(data.close, { period: 5 }),
  DV2: (data) => new DV2(data, { period: 12 }),
  EMA: (data) => new EMA(data.close, { period: 5 }),
  Envelope: (data) => new Envelope(new SMA(data.close, { period: 4 }), { perc: 1 }),
  Equal: (data) => new Equal(data.close, data.open),
  ExponentialSmoothing: (data) => new ExponentialSmoothing(data.close, { period: 4, alpha: 0.3 }),
  Extrapolation: (data) => new Extrapolation(data.close, data.open),
  FibonacciPivotPoint: (data) => new FibonacciPivotPoint(data, { close: true }),
  FindFirstIndexHighest: (data) => new FindFirstIndexHighest(data.close, { period: 5 }),
  FindFirstIndexLowest: (data) => new FindFirstIndexLowest(data.close, { period: 5 }),
  FindLastIndexHighest: (data) => new FindLastIndexHighest(data.close, { period: 5 }),
  FindLastIndexLowest: (data) => new FindLastIndexLowest(data.close, { period: 5 }),
  Greater: (data) => new Greater(data.close, data.open),
  GreaterOrEqual: (data) => new GreaterOrEqual(data.close, data.open),
  haDelta: (data) => new haDelta(data, { period: 5 }),
  HeikinAshi: (data) => new HeikinAshi(data),
  Highest: (data) => new Highest(data.close, { period: 5 }),
  HMA: (data) => new HMA(data.close, { period: 5 }),
  HurstExponent: (data) => new HurstExponent(data.close, { period: 12 }),
  Ichimoku: (data) => new Ichimoku(data, { tenkan: 3, kijun: 5, senkou: 8, senkouLead: 4, chikou: 4 }),
  If: (data) => new If(new UpDayBool(data.close), data.high, -1),
  KAMA: (data) => new KAMA(data.close, { period: 5 }),
  KST: (data) =>
    new KST(data.close, { rp1: 2, rp2: 3, rp3: 4, rp4: 5, rma1: 3, rma2: 3, rma3: 3, rma4: 3, rsignal: 3 }),
  LaguerreFilter: (data) => new LaguerreFilter(data.close),
  LaguerreRSI: (data) => new LaguerreRSI(data.close, { gamma: 0.3 }),
  Less: (data) => new Less(data.close, data.open),
  LessOrEqual: (data) => new LessOrEqual(data.close, data.open),
  Lowest: (data) => new Lowest(data.close, { period: 5 }),
  MACD: (data) => new MACD(data.close, { periodMe1: 3, periodMe2: 7, periodSignal: 4 }),
  MACDHisto: (data) => new MACDHisto(data.close, { periodMe1: 3, periodMe2: 7, periodSignal: 4 }),
  Max: (data) => new Max(data.close, data.open),
  MeanDeviation: (data) => new MeanDeviation(data.close, { period: 5 }),
  MedianPrice: (data) => new MedianPrice(data),
  Min: (data) => new Min(data.close, data.open),
  MinusDirectionalIndicator: (data) => new MinusDirectionalIndicator(data, { period: 5 }),
  Momentum: (data) => new Momentum(data.close, { period: 5 }),
  MomentumOscillator: (data) => new MomentumOscillator(data.close, { period: 5 }),
  Multiply: (data) => new Multiply(data.close, data.open),
  Negate: (data) => new Negate(data.close),
  NonZeroDifference: (data) => new NonZeroDifference(data.close, data.open),
  Not: (data) => new Not(new UpDayBool(data.close)),
  NotEqual: (data) => new NotEqual(data.close, data.open),
  Or: (data) => new Or(new UpDayBool(data.close), data.volume),
  Oscillator: (data) => new Oscillator(data.close, new EMA(data.close, { period: 5 })),
  ParabolicSAR: (data) => new ParabolicSAR(data),
  PercentChange: (data) => new PercentChange(data.close, { period: 5 }),
  PercentRank: (data) => new PercentRank(data.close, { period: 5 }),
  PivotPoint: (data) => new PivotPoint(data, { open: true }),
  PlusDirectionalIndicator: (data) => new PlusDirectionalIndicator(data, { period: 5 }),
  PPO: (data) => new PPO(data.close, { period1: 3, period2: 7, periodSignal: 4 }),
  PPOShort: (data) => new PPOShort(data.close, { period1: 3, period2: 7, periodSignal: 4 }),
  PrettyGoodOscillator: (data) => new PrettyGoodOscillator(data, { period: 5 }),
  PriceOscillator: (data) => new PriceOscillator(data.close, { period1: 3, period2: 7 }),
  RelativeMomentumIndex: (data) => new RelativeMomentumIndex(data.close, { period: 5, lookback: 3 }),
  RelativeStrength: (data) => new RelativeStrength(data.close, { period: 5, movav: WMA }),
  ROC: (data) => new ROC(data.close, { period: 5 }),
  ROC100: (data) => new ROC100(data.close, { period: 5 }),
  RSI: (data) => new RSI(data.close, { period: 5 }),
  RSI_EMA: (data) => new RSI_EMA(data.close, { period: 5 }),
  RSI_SMA: (data) => new RSI_SMA(data.close, { period: 5 }),
  SMA: (data) => new SMA(data.close, { period: 5 }),
  SMMA: (data) => new SMMA(data.close, { period: 5 }),
  StandardDeviation: (data) => new StandardDeviation(data.close, { period: 5 }),
  Stochastic: (data) => new Stochastic(data, { period: 6 }),
  StochasticFast: (data) => new StochasticFast(data, { period: 6, movav: EMA }),
  StochasticFull: (data) => new StochasticFull(data, { period: 6 }),
  Subtract: (data) => new Subtract(data.close, data.open),
  SumN: (data) => new SumN(data.close, { period: 5 }),
  TEMA: (data) => new TEMA(data.close, { period: 5 }),
  Trix: (data) => new Trix(data.close, { period: 3 }),
  TrixSignal: (data) => new TrixSignal(data.close, { period: 3, sigperiod: 3 }),
  TrueHigh: (data) => new TrueHigh(data),
  TrueLow: (data) => new TrueLow(data),
  TrueRange: (data) => new TrueRange(data),
  TSI: (data) => new TSI(data.close, { period1: 4, period2: 3, pchange: 2 }),
  TypicalPrice: (data) => new TypicalPrice(data),
  UltimateOscillator: (data) => new UltimateOscillator(data, { p1: 3, p2: 5, p3: 9 }),
  UpDay: (data) => new UpDay(data.close, { period: 5 }),
  UpDayBool: (data) => new UpDayBool(data.close, { period: 5 }),
  UpMove: (data) => new UpMove(data.high),
  Vortex: (data) => new Vortex(data, { period: 5 }),
  WeightedAverage: (data) => new WeightedAverage(data.close, { period: 3, weights: [1, 0.5, 0.25], coef: 0.6 }),
  WilliamsAD: (data) => new WilliamsAD(data),
  WilliamsR: (data) => new WilliamsR(data, { period: 5 }),
  WMA: (data) => new WMA(data.close, { period: 5 }),
  ZLEMA: (data) => new ZLEMA(data.close, { period: 5 }),
  ZLInd: (data) => new ZLInd(data.close, { period: 5, gainlimit: 10 }),
};
