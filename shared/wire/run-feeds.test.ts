import { expect, test } from "vitest";
import { refuseOtherFeeds } from "./run-feeds.ts";

test("results of other feeds, or of the same in another order, are refused", () => {
  refuseOtherFeeds("r", '["data","slow"]', '["data","slow"]');
  expect(() => refuseOtherFeeds("r", '["data","slow"]', '["slow","data"]')).toThrow(
    'results of run r are of feeds ["data","slow"], and these are of ["slow","data"]: a run keeps its feeds',
  );
});
