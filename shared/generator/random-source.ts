/**
 * Seeded pseudo-random numbers: xoshiro128** 1.1 of Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators" (2021), its state filled by splitmix32. Integer arithmetic only: the same on every machine.
 */
export class RandomSource {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** Sources of one seed and different labels are independent of each other. `seed` is taken modulo 2^32. */
  constructor(seed: number, label: string) {
    let state = seed | 0;
    for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x01000193);
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.a = fill();
    this.b = fill();
    this.c = fill();
    this.d = fill() | 1;
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number {
    const scrambled = Math.imul(this.b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return (result >>> 0) * 2 ** -32;
  }

  /** Mean 0, variance 1, nearly normal: the sum of four uniforms (Irwin-Hall), which never passes ±2√3. */
  normal(): number {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * 1.7320508075688772;
  }
}
