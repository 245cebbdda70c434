import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FunctionPool } from "./function-pool.ts";
import type { HostedFunction } from "./function-process.ts";
import { LineLog } from "./line-log.ts";
import { RuntimeApi } from "./runtime-api.ts";
import { TestFolder } from "./test-bundles.ts";

let folder: TestFolder;
let api: RuntimeApi;
let pools: FunctionPool[];

beforeEach(async () => {
  folder = await TestFolder.make();
  api = await RuntimeApi.open();
  pools = [];
});
afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await api.close();
  await folder.remove();
});

async function poolOf(
  source: string,
  settings: Partial<HostedFunction> = {},
  idleMs: number | null = null,
): Promise<FunctionPool> {
  const name = "tested";
  const spec = {
    name,
    bundlePath: await folder.bundle(name, source),
    environment: {},
    timeoutMs: 20_000,
    memoryMb: 256,
    concurrency: 1,
    ...settings,
  };
  const log = new LineLog(join(folder.path, "logs"), name, (line) => folder.onEvent({ kind: "line", name, line }));
  const pool = new FunctionPool(spec, api, log, folder.onEvent, idleMs);
  pools.push(pool);
  return pool;
}

const invoke = async (pool: FunctionPool, event: unknown): Promise<unknown> =>
  JSON.parse(await pool.invoke(JSON.stringify(event)));

it("hands events and results over, of any size and with any character, and keeps its process", async () => {
  const pool = await poolOf("export const handler = async (event) => ({ event, process: process.pid });");
  const texts = ["", "größe 🚀", "x".repeat(3_000_000)];
  const results = [];
  for (const text of texts) results.push((await invoke(pool, { text })) as { event: unknown; process: number });
  expect(results.map(({ event }) => event)).toEqual(texts.map((text) => ({ text })));
  expect(new Set(results.map((result) => result.process)).size).toBe(1);
  expect(await (await poolOf("export const handler = async () => {};")).invoke("{}")).toBe("null");
});

it("gives a function what AWS gives it, and nothing of its own", async () => {
  process.env["HOST_SECRET"] = "mine";
  const pool = await poolOf(
    `export const handler = async (_, context) => ({
      environment: process.env, context, left: context.getRemainingTimeInMillis(), options: process.execArgv,
    });`,
    { environment: { GIVEN: "1", AWS_REGION: "eu-central-1" }, memoryMb: 200 },
  );
  const told = (await invoke(pool, {})) as Record<string, never>;
  expect(told["environment"]).toMatchObject({
    GIVEN: "1",
    AWS_REGION: "eu-central-1",
    AWS_LAMBDA_FUNCTION_NAME: "tested",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "200",
    _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
  });
  expect(told["environment"]).not.toHaveProperty("HOST_SECRET");
  delete process.env["HOST_SECRET"];
  expect(told["context"]).toMatchObject({
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:tested",
    memoryLimitInMB: "200",
  });
  expect(told["left"]).toBeGreaterThan(10_000);
  expect(told["options"]).toContain("--max-old-space-size=180");
});

it("fails an invocation that throws, with what was thrown, and keeps the process", async () => {
  const pool = await poolOf(`
    let calls = 0;
    export const handler = async () => {
      if (++calls <= 2) throw new RangeError("no. " + calls);
      return calls;
    };`);
  await expect(pool.invoke("{}")).rejects.toThrow("RangeError: no. 1");
  await expect(pool.invoke("{}")).rejects.toThrow("RangeError: no. 2");
  expect(await pool.invoke("{}")).toBe("3");
  expect(await pool.status()).toMatchObject({ invocations: 3, failures: 2, restarts: 0 });
  await folder.line("RangeError: no. 2");
  expect(await folder.log("tested")).toContain("RangeError: no. 1");
});

it("ends an invocation that takes too long, whatever it does, with its process", async () => {
  const source = `
    export const handler = async ({ hang }) => {
      if (hang === "loop") for (;;);
      if (hang === "wait") await new Promise(() => setInterval(() => {}, 1e6));
      return process.pid;
    };`;
  const pool = await poolOf(source, { timeoutMs: 3_000 });
  const before = await invoke(pool, {});
  for (const hang of ["loop", "wait"]) {
    await expect(invoke(pool, { hang })).rejects.toThrow("The process of function 'tested' timed out after 3000 ms");
  }
  expect(await invoke(pool, {})).not.toBe(before);
  expect((await pool.status()).restarts).toBe(2);
});

it("ends a process that takes more memory than it may, on the heap or beside it", async () => {
  const source = `
    const kept = [];
    export const handler = async ({ eat }) => {
      for (let i = 0; eat !== undefined; i++) {
        kept.push(eat === "heap" ? Array.from({ length: 1e5 }, (_, j) => ({ i, j })) : Buffer.alloc(4 << 20, i));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return "fine";
    };`;
  const pool = await poolOf(source, { memoryMb: 150 });
  await expect(invoke(pool, { eat: "buffers" })).rejects.toThrow(
    /held 1[5-9]\d|held \d{3,} MB of memory, and may have/,
  );
  await expect(invoke(pool, { eat: "heap" })).rejects.toThrow(/of memory, and may have 150 MB|SIGABRT|code 134/);
  expect(await invoke(pool, {})).toBe("fine");
});

it("fails the invocation of a process that ends, and starts another", async () => {
  const source = `
    export const handler = async ({ how }) => {
      if (how === "exit") process.exit(3);
      if (how === "kill") process.kill(process.pid, "SIGKILL");
      if (how === "unhandled") setTimeout(() => { throw new Error("late"); }, 0);
      if (how !== undefined) await new Promise(() => {});
      return "fine";
    };`;
  const pool = await poolOf(source);
  const failing = (how: string) => expect(invoke(pool, { how })).rejects;
  await failing("exit").toThrow("exited with code 3");
  await failing("kill").toThrow("was ended by SIGKILL");
  await failing("unhandled").toThrow("exited with code 1");
  expect(await invoke(pool, {})).toBe("fine");
});

it("fails an invocation each time the bundle cannot be loaded, and pauses longer and longer between", async () => {
  const broken = await poolOf('throw new Error("no such setting");');
  const failures = [broken.invoke("{}"), broken.invoke("{}")];
  for (const failure of failures) {
    await expect(failure).rejects.toThrow("'tested' could not be loaded: Error: no such setting");
  }
  const exits = await poolOf("process.exit(7);");
  await expect(exits.invoke("{}")).rejects.toThrow("exited with code 7");
  const empty = await poolOf("export const other = 1;");
  await expect(empty.invoke("{}")).rejects.toThrow("exports no function 'handler'");
});

it("fails an invocation that returns more than 6 MB, says so, and keeps the process", async () => {
  const pool = await poolOf('export const handler = async ({ size }) => "x".repeat(size);', { memoryMb: 1_024 });
  const quotes = 2;
  expect(await invoke(pool, { size: (6 << 20) - quotes })).toHaveLength((6 << 20) - quotes);
  for (const size of [(6 << 20) - quotes + 1, 50 << 20]) {
    const fault = "Function.ResponseSizeTooLarge: returned more than 6 MB";
    await expect(invoke(pool, { size })).rejects.toThrow(fault);
  }
  expect(await invoke(pool, { size: 1 })).toBe("x");
  expect(await pool.status()).toMatchObject({ failures: 2, restarts: 0 });
});

it("replaces a process that has answered and does not ask for more, before an invocation is given to it", async () => {
  const source = `
    export const handler = async ({ last }) => {
      if (last) setTimeout(() => { for (;;); }, 0);
      return process.pid;
    };`;
  const pool = await poolOf(source, { timeoutMs: 2_000 });
  const before = await invoke(pool, { last: true });
  expect(await invoke(pool, {})).not.toBe(before);
  const how = "did not ask for its next invocation within 2000 ms of its answer";
  expect(await pool.status()).toMatchObject({ failures: 0, restarts: 1, lastEnd: { how } });
});

it("starts no further process while one that has answered is about to ask for more", async () => {
  const pool = await poolOf("export const handler = async () => process.pid;", { concurrency: 4 });
  const first = await invoke(pool, {});
  for (let i = 0; i < 50; i++) expect(await invoke(pool, {})).toBe(first);
});

it("keeps a process that asked for more while the host stood still", async () => {
  const pool = await poolOf("export const handler = async () => process.pid;", { timeoutMs: 2_000 });
  const first = await invoke(pool, {});
  // As after Ctrl-Z, or in a machine that sleeps.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  expect(await invoke(pool, {})).toBe(first);
});

it("runs as many invocations at once as it may have processes, and the others after", async () => {
  const source = `
    import { existsSync, writeFileSync } from "node:fs";
    export const handler = async ({ wait, make }) => {
      if (make !== undefined) writeFileSync(make, "");
      while (wait !== undefined && !existsSync(wait)) await new Promise((resolve) => setTimeout(resolve, 5));
      return process.pid;
    };`;
  const pool = await poolOf(source, { concurrency: 2 });
  const [one, two] = ["one", "two"].map((name) => join(folder.path, name));
  const first = invoke(pool, { make: one, wait: two });
  const second = invoke(pool, { make: two, wait: one });
  const third = invoke(pool, {});
  const [a, b, c] = await Promise.all([first, second, third]);
  expect(a).not.toBe(b);
  expect([a, b]).toContain(c);
});

it("ends a process that has had no work for a while, and starts another when there is some", async () => {
  const pool = await poolOf("export const handler = async () => process.pid;", {}, 50);
  const before = await invoke(pool, {});
  await folder.event((event) => event.kind === "process-ended");
  expect(folder.events.at(-1)).toMatchObject({ how: "had no work for 0.05 s", wanted: true });
  expect(await pool.status()).toMatchObject({ processes: [], restarts: 0, lastEnd: null });
  expect(await invoke(pool, {})).not.toBe(before);
  expect((await pool.status()).failures).toBe(0);
});

it("serves nobody who does not know a process's path", async () => {
  const { address, dismiss } = api.admit({
    next: () => new Promise(() => {}),
    succeeded: () => false,
    failed: () => false,
    initFailed: () => {},
  });
  const [place, token] = address.split("/");
  const answer = async (path: string, method = "GET") => (await fetch(`http://${place}/${path}`, { method })).status;
  expect(await answer("2018-06-01/runtime/invocation/next")).toBe(404);
  expect(await answer(`${token!.slice(0, -1)}/2018-06-01/runtime/invocation/next`)).toBe(404);
  expect(await answer(`${token}/2018-06-01/runtime/invocation/unknown/response`, "POST")).toBe(400);
  dismiss();
  expect(await answer(`${token}/2018-06-01/runtime/invocation/unknown/response`, "POST")).toBe(404);
});
