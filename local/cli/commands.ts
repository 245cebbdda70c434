import type { Command } from "./command.ts";
import { backtestCommand } from "./commands/backtest.ts";
import { candles } from "./commands/candles.ts";
import { checkCommand } from "./commands/check.ts";
import { deadLetters } from "./commands/dead-letters.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { gaps } from "./commands/gaps.ts";
import { importCommand } from "./commands/import.ts";
import { newStrategy } from "./commands/new-strategy.ts";
import { paper } from "./commands/paper.ts";
import { replay } from "./commands/replay.ts";
import { report } from "./commands/report.ts";
import { runs } from "./commands/runs.ts";
import { status } from "./commands/status.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { topics } from "./commands/topics.ts";
import { up } from "./commands/up.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  demo,
  importCommand,
  candles,
  gaps,
  backtestCommand,
  sweepCommand,
  checkCommand,
  newStrategy,
  runs,
  report,
  exportCommand,
  doctor,
  up,
  status,
  paper,
  replay,
  deadLetters,
  topics,
];
