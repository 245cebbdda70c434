/** Where QuestDB is and how long to wait for it. */
export interface QuestdbConnection {
  /** Of the HTTP port, without a path: `http://127.0.0.1:9000`. */
  readonly httpUrl: string;
  readonly httpUser: string;
  readonly httpPassword: string;
  readonly pgHost: string;
  readonly pgPort: number;
  /** Reads, and owns the schema. */
  readonly pgUser: string;
  readonly pgPassword: string;
  /** Longest wait for one request with its repeats, and for written rows to become readable, ms. */
  readonly deadlineMs: number;
}
