// Serves a function's bundle in a process of its own: asks the host for invocations one after the other, over one
// connection, and ends when the host is gone. Usage: runtime-client.mjs <bundle>. The Runtime API of 2018-06-01.
import { pathToFileURL } from "node:url";

const { env } = process;
// Imported, it would load all of fetch and web sockets too, which takes longer than the rest of this file.
const { Agent, request } = process.getBuiltinModule("node:http");
const base = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const TOO_LARGE = 413;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Resolves to the host's answer. The process ends where there is none: nobody waits for what it does. */
function ask(method, path, body) {
  return new Promise((resolve) => {
    const gone = () => process.exit(1);
    const asked = request(`${base}${path}`, { method, agent }, (response) => {
      // An event is told its length, so that it need not be put together from its pieces.
      let body = Buffer.allocUnsafe(Number(response.headers["content-length"] ?? 0));
      let bytes = 0;
      response.on("data", (chunk) => {
        if (bytes + chunk.length > body.length) body = Buffer.concat([body.subarray(0, bytes), chunk]);
        else chunk.copy(body, bytes);
        bytes += chunk.length;
      });
      response.on("error", gone);
      response.on("aborted", gone);
      response.on("end", () => {
        // Of a result that is too large the host has told already.
        if (response.statusCode >= 400 && response.statusCode !== TOO_LARGE) gone();
        else resolve({ headers: response.headers, text: body.toString("utf8", 0, bytes) });
      });
    });
    asked.on("error", gone);
    asked.end(body);
  });
}

function faultOf(error) {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: known ? error.name : "Error",
    errorMessage: known ? error.message : String(error),
    trace: known ? String(error.stack).split("\n") : [],
  });
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function handlerOf(bundle) {
  try {
    const { handler } = await import(pathToFileURL(bundle).href);
    if (typeof handler !== "function") throw new TypeError(`${bundle} exports no function 'handler'`);
    return handler;
  } catch (error) {
    console.error(error);
    await ask("POST", "/init/error", faultOf(error));
    return process.exit(1);
  }
}

async function serve(handler, { headers, text }) {
  const path = `/invocation/${headers["lambda-runtime-aws-request-id"]}`;
  env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  let result;
  try {
    result = JSON.stringify((await handler(JSON.parse(text), contextOf(headers))) ?? null);
  } catch (error) {
    console.error(error);
    await ask("POST", `${path}/error`, faultOf(error));
    return;
  }
  await ask("POST", `${path}/response`, result);
}

const handler = await handlerOf(process.argv[2]);
for (;;) await serve(handler, await ask("GET", "/invocation/next"));
