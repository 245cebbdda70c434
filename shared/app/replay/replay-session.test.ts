import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { propertyRuns } from "../../testkit/property-runs.ts";
import {
  arrive,
  begin,
  changeSpeed,
  end,
  hasEnded,
  newSession,
  pause,
  play,
  type ReplayRequest,
  type ReplaySession,
  resume,
  runOf,
  seek,
  step,
  stop,
  waitFor,
} from "./replay-session.ts";

const MINUTE = 60_000;
const FROM = Date.UTC(2024, 5, 1, 12);
const TO = FROM + 60 * MINUTE;

const request: ReplayRequest = {
  session: "replay-1",
  mode: "candles",
  created: 0,
  run: {
    ...{
      run: "replay-1",
      version: 1,
      kind: "replay",
      strategy: "sma-cross",
      feeds: [],
      params: {},
      definition: "{}",
      identity: "",
    },
    ...{ created: 0, status: "running", error: null, resultHash: null, until: null, figures: null },
  },
  instruments: ["binance:BTC/USDT"],
  timeframe: "1m",
  from: FROM,
  to: TO,
  file: null,
};
const session = newSession(request, 60);
const at = (minute: number, of: ReplaySession = session): ReplaySession =>
  play(of, { at: FROM + minute * MINUTE, place: { closed: FROM, ticks: {} }, records: 1, last: false });

describe("a session", () => {
  it("steps whole windows from where it is, one after the other, while it is paused", () => {
    const stepped = step(step(pause(at(5)), 1), 2);
    expect(stepped).toMatchObject({ paused: true, rush: FROM + 8 * MINUTE });
    expect(arrive(stepped)).toMatchObject({ paused: true, rush: null, at: FROM + 8 * MINUTE });
    expect(() => step(at(5), 1)).toThrow("plays by itself");
    expect(() => step(pause(session), 0)).toThrow("no number of steps");
    // Nobody knows where it begins before its file is read.
    const unknown = pause(newSession({ ...request, from: 0 }, 1));
    expect(() => step(unknown, 1)).toThrow("has not begun");
    expect(step(begin(unknown, request.run, null, FROM), 1)).toMatchObject({ rush: FROM + MINUTE });
  });

  it("begins a run of its own at each seek, from the start and as fast as it goes up to there", () => {
    const sought = seek(begin(pause(at(30)), request.run, null, null), FROM + 10 * MINUTE);
    expect(sought).toMatchObject({ generation: 1, begun: false, at: FROM, rush: FROM + 10 * MINUTE, published: 0 });
    expect(sought).toMatchObject({ paused: true, speed: 60, place: { closed: null, ticks: {} } });
    expect(runOf(sought)?.run).toBe("replay-1.1");
    expect(runOf(sought, 0)?.run).toBe("replay-1.0");
    expect(() => seek(session, TO + 1)).toThrow("is outside of what replay-1 plays");
    expect(() => seek(session, FROM - 1)).toThrow("is outside");
  });

  it("goes forwards only where it plays as live", () => {
    const live = at(5, newSession({ ...request, mode: "as-live", run: null }, 1));
    expect(seek(live, FROM + 6 * MINUTE)).toMatchObject({ generation: 0, rush: FROM + 6 * MINUTE, published: 1 });
    expect(() => seek(live, FROM + 4 * MINUTE)).toThrow("time cannot go back");
  });

  it.each([0, -1, Number.NaN])("refuses the speed %s", (speed) => {
    expect(() => newSession(request, speed)).toThrow("give a number above 0");
    expect(() => changeSpeed(session, speed)).toThrow("give a number above 0");
  });

  it("takes no order once it is over", () => {
    const over = end(session, "finished", null, 7);
    expect(stop(over)).toBe(over);
    expect(stop(waitFor(session, "trades.csv is being read"))).toMatchObject({ phase: "stopping", waits: null });
    for (const each of [pause, resume, (s: ReplaySession) => seek(s, FROM), (s: ReplaySession) => step(s, 1)]) {
      expect(() => each(over)).toThrow("replay-1 has finished");
      expect(() => each(stop(session))).toThrow("is being stopped");
      expect(() => each(end(session, "stopped", null, 7))).toThrow("was stopped");
    }
  });
});

const change = fc.oneof(
  fc.constant(pause),
  fc.constant(resume),
  fc.constant(stop),
  fc.constant(arrive),
  fc.constantFrom(1, 60, Number.POSITIVE_INFINITY).map((speed) => (s: ReplaySession) => changeSpeed(s, speed)),
  fc.integer({ min: 0, max: 60 }).map((minute) => (s: ReplaySession) => seek(s, FROM + minute * MINUTE)),
  fc.integer({ min: 1, max: 9 }).map((count) => (s: ReplaySession) => step(s, count)),
  fc.integer({ min: 0, max: 60 }).map((minute) => (s: ReplaySession) => at(minute, s)),
);

test("whatever is asked in whatever order, time and generations go forwards, and an end is an end", () => {
  const property = fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
    let now = session;
    for (const each of changes) {
      let next: ReplaySession;
      try {
        next = each(now);
      } catch {
        continue;
      }
      expect(next.generation).toBeGreaterThanOrEqual(now.generation);
      if (next.generation === now.generation) expect(next.at).toBeGreaterThanOrEqual(now.at);
      else expect(next).toMatchObject({ generation: now.generation + 1, at: FROM, begun: false, published: 0 });
      if (next.rush !== null) expect(next.rush).toBeGreaterThanOrEqual(FROM);
      if (now.phase === "stopping") expect(next.phase).toBe("stopping");
      expect(hasEnded(next)).toBe(false);
      now = next;
    }
  });
  fc.assert(property, propertyRuns(300));
});
