import type { Account } from "./broker/account.ts";
import type { Broker } from "./broker/broker.ts";
import type { OrderEvent, OrderId } from "./broker/order.ts";
import type { Bracket, BracketRequest, OrderOptions, OrderRequest } from "./broker/order-request.ts";
import { requestedUnits, type SizeSource, sizeRefusal, unitPrice } from "./broker/order-size.ts";
import { orderTerms } from "./broker/order-terms.ts";
import type { Recorder } from "./recorder.ts";
import type { SizerSettings } from "./sizers/sizer.ts";

const MARKET: OrderOptions = {};
const NO_BRACKET: Bracket = { main: null, stop: null, limit: null };

/** Turns what a strategy asks for into orders of whole lots. */
export class OrderDesk implements SizeSource {
  /** Why no order is taken now, or null. */
  closed: string | null = null;
  /** First ms of the bars that begin, UTC, in the open hooks; else null. */
  opened: number | null = null;
  readonly sizer: SizerSettings | null;
  private readonly cheatOnClose: boolean;
  private readonly broker: Broker;
  private readonly recorder: Recorder;

  constructor(broker: Broker, recorder: Recorder, sizer: SizerSettings | null, cheatOnClose: boolean) {
    this.broker = broker;
    this.recorder = recorder;
    this.sizer = sizer;
    this.cheatOnClose = cheatOnClose;
  }

  get cash(): number {
    return this.broker.cash;
  }

  get value(): number {
    return this.broker.value;
  }

  account(feed: number): Account {
    return this.broker.accounts[feed]!;
  }

  order(id: OrderId): OrderEvent | null {
    return this.broker.order(id);
  }

  cancel(id: OrderId): void {
    this.broker.cancel(id);
  }

  /** @param direction 1 to buy, −1 to sell */
  trade(direction: 1 | -1, request: OrderRequest): OrderId | null {
    const account = this.accountOf(request);
    const units = requestedUnits(request, account, this);
    return units === 0 ? null : this.send(account, account.lots.count(direction * units), request);
  }

  /** @param direction of the main order */
  bracket(direction: 1 | -1, request: BracketRequest): Bracket {
    const account = this.accountOf(request);
    const units = requestedUnits(request, account, this);
    if (units === 0) return NO_BRACKET;
    const lots = account.lots.count(direction * units);
    const { execType = "Limit", reduceOnly, oco, price, priceLimit, noStop = false, noLimit = false } = request;
    const { feed, tag, tradeId, valid, validFor } = request;
    const shared = given({ feed, tag, tradeId, valid, validFor });
    const alone = noStop && noLimit;
    const main = this.send(account, lots, {
      ...shared,
      ...given({ price, priceLimit, oco }),
      execType,
      transmit: alone,
    });
    const child = { ...shared, ...given({ reduceOnly }), parent: main };
    const stop = noStop ? null : this.send(account, -lots, { ...child, ...stopOf(request), transmit: noLimit });
    const limit = noLimit
      ? null
      : this.send(account, -lots, { ...child, execType: "Limit", ...given({ price: request.limitPrice }) });
    return { main, stop, limit };
  }

  /** Trades the position away; null where there is none. */
  close(options: OrderOptions = MARKET): OrderId | null {
    const account = this.accountOf(options);
    const lots = account.position.lots;
    return lots === 0 ? null : this.send(account, -lots, options);
  }

  /** @param target base units to hold, negative for a short */
  targetSize(target: number, options: OrderOptions = MARKET): OrderId | null {
    const account = this.accountOf(options);
    requireNumber(target, "orderTargetSize");
    if (target === 0) return this.close(options);
    const lots = account.lots.count(target) - account.position.lots;
    return lots === 0 ? null : this.send(account, lots, options);
  }

  /** @param target value to hold, quote currency, negative for a short */
  targetValue(target: number, options: OrderOptions = MARKET): OrderId | null {
    const account = this.accountOf(options);
    requireNumber(target, "orderTargetValue");
    if (target === 0) return this.close(options);
    const price = unitPrice(account);
    const lots = account.lots.count((target - account.position.size * price) / price);
    return lots === 0 ? null : this.send(account, lots, options);
  }

  /** @param target fraction of the portfolio's value to hold, negative for a short */
  targetPercent(target: number, options: OrderOptions = MARKET): OrderId | null {
    requireNumber(target, "orderTargetPercent");
    return this.targetValue(target * this.broker.value, options);
  }

  /** The account of the feed that a request names. Throws RangeError for what is no feed of this run. */
  private accountOf(options: OrderOptions): Account {
    const { feed } = options;
    if (feed === undefined && !("feed" in options)) return this.account(0);
    const account = this.broker.accounts[feed?.index ?? -1];
    if (account === undefined || account.name !== feed?.name) {
      const names = this.broker.accounts.map(({ name }) => name).join(", ");
      throw new RangeError(`an order is for '${String(feed?.name)}', which is no feed: this run has ${names}`);
    }
    return account;
  }

  private send(account: Account, lots: number, options: OrderOptions): OrderId {
    const from = this.opened ?? this.recorder.time + 1;
    const terms = orderTerms(options, account, lots, from, this.cheatOnClose);
    const refusal = this.closed ?? this.untradable(account) ?? sizeRefusal(account, lots, terms.checkPrice);
    return this.broker.submit(terms, options.oco ?? 0, options.transmit ?? true, refusal);
  }

  /** Why a feed cannot be traded now, or null. */
  private untradable(account: Account): string | null {
    const { quote } = this.account(0).spec;
    if (account.spec.quote !== quote) return `is priced in ${account.spec.quote}, while the account holds ${quote}`;
    return account.series.lastPrice > 0 ? null : "its feed has had no bar yet";
  }
}

function stopOf(request: BracketRequest): OrderOptions {
  const { stopPrice, stopPriceLimit, stopTrailAmount, stopTrailPercent } = request;
  const price = given({ price: stopPrice });
  if (stopTrailAmount !== undefined || stopTrailPercent !== undefined) {
    return {
      ...price,
      ...given({ trailAmount: stopTrailAmount, trailPercent: stopTrailPercent }),
      execType: "StopTrail",
    };
  }
  if (stopPriceLimit !== undefined) return { ...price, priceLimit: stopPriceLimit, execType: "StopLimit" };
  return { ...price, execType: "Stop" };
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}

function requireNumber(target: number, what: string): void {
  if (!Number.isFinite(target)) throw new RangeError(`${what}(${target}): give a finite number`);
}
