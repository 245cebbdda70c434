/** What a thread is told. */
export type ToThread =
  | { readonly kind: "task"; readonly task: unknown }
  | { readonly kind: "job"; readonly job: unknown };

/** What a thread answers: that it can begin, or what became of its job. */
export type FromThread =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "refused"; readonly message: string };

/** What a thread is made with. */
export interface ThreadData {
  /** Counts up while the thread's job moves on. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}
