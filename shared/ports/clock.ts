/** The time outside, for tasks that go on by themselves. */
export interface Clock {
  /** ms UTC. */
  now(): number;
  /** Resolves after so many ms, or sooner. */
  sleep(ms: number): Promise<void>;
}
