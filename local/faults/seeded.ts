import { RandomSource } from "#shared/generator/random-source.ts";

/** Choices that a seed decides. Those of one seed and different labels are independent of each other. */
export class Seeded {
  readonly #source: RandomSource;

  constructor(seed: number, label: string) {
    this.#source = new RandomSource(seed, label);
  }

  chance(probability: number): boolean {
    return this.#source.uniform() < probability;
  }

  /** A whole number from `from`, inclusive, to `to`, exclusive. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#source.uniform() * (to - from));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length)]!;
  }
}
