import { expect, test } from "vitest";
import { acting, barsOf, defineRun } from "#shared/testkit/acting-run.ts";
import type { Line } from "./feeds/line.ts";
import { Indicator } from "./indicators/indicator.ts";
import { privateFieldOf } from "./private-fields.ts";
import { Run } from "./run.ts";
import { Strategy } from "./strategy.ts";

test("private fields of a strategy and its indicators are refused: a restart would lose them", () => {
  class Counting extends Strategy({}) {
    readonly label = "#kept";
    #seen = 0;
    override next(): void {
      this.log(`${++this.#seen}`);
    }
  }
  class Derived extends Counting {}
  const refusal = "field '#seen' of strategy Derived is private, so a restart would lose it: keep it in 'state'";
  expect(() => new Run(defineRun(Derived))).toThrow(refusal);
  class Hidden extends Indicator {
    readonly source: Line;
    #sum = 0;
    constructor(source: Line) {
      super([source], 1);
      this.source = source;
    }
    override step(): number {
      this.#sum += this.source.now;
      return this.#sum;
    }
  }
  class Using extends Strategy({}) {
    readonly hidden = new Hidden(this.data.close);
  }
  expect(() => new Run(defineRun(Using))).toThrow("field '#sum' of indicator Hidden");
  class Helped extends Strategy({}) {
    state = { bars: 0 };
    override next(): void {
      this.#count();
    }
    #count(): void {
      this.state.bars++;
    }
  }
  const run = new Run(defineRun(Helped));
  const bars = barsOf([[1, 1, 1, 1]]);
  run.offer(0, bars, 0, bars.length);
  run.advance();
  expect(() => new Run(defineRun(acting(() => {})))).not.toThrow();
});

/** The class that a text is of: written as text, so that nothing rewrites it first. */
function classOf(body: string): object {
  return new Function(`return class ${body}`)() as object;
}

test.each([
  ["A { #a = 1; }", "#a"],
  ["A { #a }", "#a"],
  ["A { x = 1; #a; }", "#a"],
  ["A { x = 1\n  #a = 2\n}", "#a"],
  ["A { x = { y: [1] }; go() { return /[}'\"`/]/ } #größe = 1 }", "#größe"],
  [`A { text = \`}\${{ a: \`}\` }.a}\`; /* } */ #a = 0 }`, "#a"],
  ["A { x = 8 / 2; y = 4 / 2; #a = '' }", "#a"],
  ["A { x = ')'; // }\n #a }", "#a"],
])("finds the private field of class %s", (body, name) => {
  expect(privateFieldOf(classOf(body))).toBe(name);
});

test.each([
  "A { #go() { return 1 } get #size() { return 2 } async #wait() {} *#each() {} }",
  "A { static #table = [1]; static\n #other = 2 }",
  'A { x = \'#a = 1\'; y = "\\"; #a"; z = `\n#a;`; // #a;\n /* \n#a; */ r = /;#a;/ }',
  "A { go() { return class { #a = 1 } } }",
  "A { static has(o) { return #go in o } #go() {} }",
  "A extends Object { a = 1 }",
])("finds no private field in class %s", (body) => {
  expect(privateFieldOf(classOf(body))).toBeNull();
});
