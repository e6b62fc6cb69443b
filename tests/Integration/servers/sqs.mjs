// An SQS server on loopback: `node sqs.mjs [port]`. Says its address in one line, keeps everything in memory, and ends
// with its standard input. The package's own start listens on every interface.
import { AsyncLocalStorage } from "node:async_hooks";
import { isBuiltin, register } from "node:module";

// The package imports this part of newer versions of Node.js for files that are not asked for here.
if (!isBuiltin("node:sqlite")) {
  const hook = `export const resolve = (name, context, next) => name === "node:sqlite"
    ? { url: "data:text/javascript,export class DatabaseSync {}", shortCircuit: true }
    : next(name, context);`;
  register(`data:text/javascript,${encodeURIComponent(hook)}`);
}

// Its clock can be moved by who started it, so that nobody waits for messages to become visible again.
const now = Date.now;
let advanced = 0;
Date.now = () => now() + advanced;

const { buildApp } = await import("fauxqs");
const { SqsQueue, SqsStore } = await import("./node_modules/fauxqs/dist/sqs/sqsStore.js");

// A client that was killed while it waited must not be given the next message; the package does not see that it is gone.
const connections = new AsyncLocalStorage();
const { dequeue } = SqsQueue.prototype;
SqsQueue.prototype.dequeue = function (...rest) {
  return connections.getStore()?.destroyed ? [] : dequeue.apply(this, rest);
};

// Without a host of its own the URLs of its queues begin with the address that the client has asked.
const sqsStore = Object.assign(new SqsStore(), { host: undefined });
const app = buildApp({ logger: false, stores: { sqsStore } });
app.post("/clock/advance/:milliseconds", async request => {
  advanced += Number(request.params.milliseconds);
  return {};
});
app.addHook("preHandler", (request, _, next) => connections.run(request.raw.socket, next));
console.log(`SQS listening on ${await app.listen({ host: "127.0.0.1", port: Number(process.argv[2] ?? 0) })}`);
process.stdin.resume().on("end", () => process.exit());
