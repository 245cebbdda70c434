import native from "@duckdb/node-bindings";

/** DuckDB's C functions, for whole vectors at once: the classes of node-api go value by value. */
export { native };

export type NativeVector = Parameters<typeof native.copy_data_to_vector>[0];

/** Rows of a full vector, the most that a chunk holds. */
export const VECTOR_ROWS = 2_048;
