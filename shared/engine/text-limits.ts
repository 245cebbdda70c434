/**
 * Texts of a strategy go into records that topics and stores take only up to a size. What is longer is cut, with an
 * ellipsis, wherever the strategy runs. UTF-16 units.
 */
export const LONGEST_LOG = 10_000;
export const LONGEST_TAG = 200;
/** Of what it threw. */
export const LONGEST_REASON = 2_000;
