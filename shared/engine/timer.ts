import { InputError } from "../market/input-error.ts";
import { type Duration, durationMs } from "./duration.ts";
import type { SnapshotReader, SnapshotWriter } from "./snapshot.ts";

/** A strategy's one timer: rings when the cycles' clock reaches or passes a multiple of its duration since 1970, UTC. */
export class Timer {
  /** Whether a duration is set. */
  runs = false;
  /** ms. */
  private duration = 0;
  /** How many multiples have passed; NaN before the first cycle. */
  private passed = Number.NaN;
  private sealed = false;

  /** Throws InputError for a second duration, one that is set after construction, or one that is none. */
  set(duration: Duration): number {
    if (this.sealed || this.runs) {
      throw new InputError(
        "usage",
        "a strategy has one timer: call this.every() in one field of the class, nowhere else",
      );
    }
    this.duration = durationMs(duration, "the timer's duration");
    this.runs = true;
    return this.duration;
  }

  /** Ends construction. */
  seal(): void {
    this.sealed = true;
  }

  /**
   * The multiple (ms UTC) that was reached last if this cycle is the first to reach it, else NaN.
   * @param time the cycle's clock, ms UTC: the last ms of its bars
   */
  ring(time: number): number {
    const { duration } = this;
    const before = Number.isNaN(this.passed) ? Math.floor(time / duration) : this.passed;
    const passed = Math.floor((time + 1) / duration);
    this.passed = passed;
    return passed > before ? passed * duration : Number.NaN;
  }

  save(writer: SnapshotWriter): void {
    writer.number(this.passed);
  }

  restore(reader: SnapshotReader): void {
    this.passed = reader.number();
  }
}
