import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { strategyRoots } from "#local/strategies/catalog.ts";
import { strategyTemplate } from "#local/strategies/strategy-template.ts";
import { InputError } from "#shared/market/input-error.ts";
import type { Command } from "../command.ts";
import { shellWord } from "../hint.ts";
import { note, writeLine } from "../output.ts";
import { writeTextFile, writing } from "../output-file.ts";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MOST_LETTERS = 60;

export const newStrategy: Command = {
  name: "new-strategy",
  usage: "<name>",
  summary: "write a small strategy to begin with, and its test",
  examples: ["new-strategy my-idea", "new-strategy my-idea --dir ../my-strategies"],
  options: {
    dir: { value: "DIR", help: "folder of strategies (default strategies, of this installation)" },
  },
  positionals: [1, 1],
  async run(args) {
    const name = args.positionals[0]!;
    if (!NAME.test(name) || name.length > MOST_LETTERS) {
      throw new InputError(
        "usage",
        `'${name}' cannot name a strategy: use up to ${MOST_LETTERS} small letters and digits in words with hyphens, such as my-idea`,
      );
    }
    const roots = strategyRoots(process.env);
    const directory = args.value("dir");
    const root = directory === null ? roots[0]! : resolve(directory);
    const taken = [...new Set([root, ...roots])].map((each) => join(each, name)).find((each) => existsSync(each));
    if (taken !== undefined) {
      throw new InputError("conflict", `${taken} exists, and is left as it is: choose another name`);
    }
    const folder = join(root, name);
    await writing(folder, () => mkdir(folder, { recursive: true }));
    const { strategy, test } = strategyTemplate(name);
    await writeTextFile(join(folder, "strategy.ts"), strategy);
    await writeTextFile(join(folder, "strategy.test.ts"), test);
    await writeLine(`${join(folder, "strategy.ts")}\n${join(folder, "strategy.test.ts")}`);
    const known = roots.includes(root);
    const run = `npx millrace backtest ${name} binance:BTC/USDT@1h`;
    note(`run it:  ${known ? run : `MILLRACE_STRATEGIES=${shellWord(root)} ${run}`}`);
    note(`test it: npx vitest run --dir ${shellWord(folder)}`);
  },
};
