/** A lease that is held. */
export interface Lease {
  /**
   * To be asked right before each write that the lease is for. Throws InputError 'conflict' once another may hold it, as
   * this process stood still or the store of leases did not answer for too long.
   */
  check(): void;
}

/** Leases that hold for all processes that ask the same store for them. */
export interface Leases {
  /**
   * Runs `work` while holding the only lease of `name`; waits for another holder in this or another process. The lease of
   * a holder that died is free a while later. Throws InputError 'conflict' after work, whatever came of it, in which
   * another may have held the lease: the last write, checked before, may have come after the other's.
   */
  withLease<T>(name: string, work: (lease: Lease) => Promise<T>): Promise<T>;
  /**
   * The same without waiting for a holder that lives: resolves to whether `work` was run. May take as long as it takes to
   * know that a holder died.
   */
  tryLease(name: string, work: (lease: Lease) => Promise<void>): Promise<boolean>;
}
