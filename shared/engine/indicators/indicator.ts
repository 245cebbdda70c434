import { InputError } from "#shared/market/input-error.ts";
import { Line } from "../feeds/line.ts";
import type { Calculation } from "../feeds/series.ts";
import { privateFieldOf } from "../private-fields.ts";
import { ResultHash } from "../result-hash.ts";
import type { SnapshotReader, SnapshotWriter } from "../snapshot.ts";

/**
 * A line computed from other lines of one feed. A subclass gives its inputs and its window to `super`, keeps its state
 * in number and Float64Array fields, and implements `step()`:
 *
 *     class Momentum extends Indicator {
 *       readonly source: Line;
 *       readonly period: number;
 *       constructor(source: Line, { period }: { period: number }) {
 *         super([source], period + 1);
 *         this.source = source;
 *         this.period = period;
 *       }
 *       step(): number {
 *         return this.source.now - this.source.ago(this.period);
 *       }
 *     }
 */
export abstract class Indicator extends Line implements Calculation {
  /** Bars of the feed after which all inputs have values. */
  private readonly inputPeriod: number;
  private stateNames: readonly string[] = [];

  /**
   * @param inputs lines of one feed
   * @param window bars of the inputs that a value is made from, the present one included: the minimum period is the
   *   greatest of the inputs' + window − 1, and `ago(window)` is readable on the inputs
   */
  constructor(inputs: readonly Line[], window: number) {
    const series = inputs[0]?.series;
    if (series === undefined) throw new InputError("usage", "an indicator needs at least one input line");
    if (!Number.isSafeInteger(window) || window < 1) {
      throw new InputError("usage", `an indicator's period is ${window}: give a whole number from 1 on`);
    }
    if (inputs.some((input) => input.series !== series)) {
      throw new InputError("usage", "an indicator's inputs must be lines of one feed: compare feeds in next() instead");
    }
    const inputPeriod = Math.max(...inputs.map((input) => input.minPeriod));
    super(series, series.addRow(), inputPeriod + window - 1);
    this.inputPeriod = inputPeriod;
    series.lookback = Math.max(series.lookback, window);
    series.addCalculation(this);
  }

  /** All its lines by name, itself the first; none where it is but the one. */
  get lines(): Readonly<Record<string, Line>> {
    return {};
  }

  /** The value at the present bar. Called once a bar, in order, from the first bar on which all inputs have values. */
  abstract step(): number;

  /**
   * Computes slots from (inclusive) to (exclusive) of the series' memory; the same bits however the slots are cut into
   * calls. Override only for speed.
   */
  protected advance(from: number, to: number): void {
    const series = this.series;
    const cursor = series.cursor;
    for (let slot = from; slot < to; slot++) {
      series.cursor = slot;
      series.memory[this.row.base + slot] = this.step();
    }
    series.cursor = cursor;
  }

  update(from: number, to: number): void {
    const taken = this.series.taken - this.series.cursor;
    const start = Math.min(Math.max(from, this.inputPeriod - taken), to);
    if (start < to) this.advance(start, to);
    const valid = Math.min(this.minPeriod - taken, to);
    for (let slot = from; slot < valid; slot++) this.series.memory[this.row.base + slot] = Number.NaN;
  }

  /** Finds the state fields. Throws InputError for a field that a snapshot could not carry. */
  seal(): void {
    const hidden = privateFieldOf(this.constructor);
    if (hidden !== null) {
      throw new InputError(
        "usage",
        `field '${hidden}' of indicator ${this.constructor.name} is private, so a restart would lose it: use ` +
          "TypeScript's 'private' for a number or a Float64Array",
      );
    }
    const names: string[] = [];
    const fields = this as unknown as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(this)) {
      const value = fields[name];
      if (BASE_FIELDS.has(name) || value instanceof Line) continue;
      if (typeof value !== "number" && !(value instanceof Float64Array)) {
        throw new InputError(
          "usage",
          `field '${name}' of indicator ${this.constructor.name} is neither a number, a Float64Array nor an input line`,
        );
      }
      names.push(name);
    }
    this.stateNames = names;
    Object.preventExtensions(this);
  }

  describe(): string {
    const parts = [`${this.constructor.name} from bar ${this.minPeriod}`];
    for (const [name, value] of Object.entries(this) as [string, unknown][]) {
      if (BASE_FIELDS.has(name)) continue;
      if (value instanceof Line) parts.push(`${name} ${this.series.nameOf(value.row)}`);
      else if (value instanceof Float64Array) parts.push(`${name} ${contentOf(value)}`);
      else parts.push(`${name} ${value}`);
    }
    return parts.join(", ");
  }

  save(writer: SnapshotWriter): void {
    const fields = this as unknown as Readonly<Record<string, number | Float64Array>>;
    for (const name of this.stateNames) {
      const value = fields[name]!;
      if (typeof value === "number") writer.number(value);
      else writer.numbers(value, 0, value.length);
    }
  }

  load(reader: SnapshotReader): void {
    const fields = this as unknown as Record<string, number | Float64Array>;
    for (const name of this.stateNames) {
      const value = fields[name]!;
      if (typeof value === "number") fields[name] = reader.number();
      else reader.numbers(value, 0, value.length);
    }
  }
}

const BASE_FIELDS: ReadonlySet<string> = new Set(["series", "row", "minPeriod", "inputPeriod", "stateNames"]);

function contentOf(values: Float64Array): string {
  if (values.every((value) => value === 0)) return `[${values.length}]`;
  const hash = new ResultHash();
  hash.pairs(values, values, 0, values.length);
  return `[${values.length}] #${hash.digest().slice(0, 8)}`;
}
