/** Leases that hold for all processes that ask the same store for them. */
export interface Leases {
  /**
   * Runs `work` while holding the only lease of `name`; waits for another holder in this or another process. The lease of
   * a holder that died is free a while later. Throws InputError 'conflict' after work in which the lease was lost, as this
   * process stood still for too long.
   */
  withLease<T>(name: string, work: () => Promise<T>): Promise<T>;
}
