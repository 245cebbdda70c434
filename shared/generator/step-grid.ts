/** Multiples of a decimal step as the doubles that a parser would read: 3 steps of 0.1 are 0.3, not 0.30000000000000004. */
export class StepGrid {
  private readonly unit: number;
  private readonly scale: number;

  /** `step` > 0 with at most 12 decimals, such as 0.01 or 0.5. */
  constructor(step: number) {
    let scale = 1;
    while (scale < 1e12 && Math.abs(Math.round(step * scale) - step * scale) > 1e-9 * step * scale) scale *= 10;
    this.scale = scale;
    this.unit = Math.round(step * scale);
  }

  /** The value of `steps` whole steps. */
  valueOf(steps: number): number {
    return (steps * this.unit) / this.scale;
  }

  /** How many steps `value` is, not rounded. */
  stepsOf(value: number): number {
    return (value * this.scale) / this.unit;
  }
}
