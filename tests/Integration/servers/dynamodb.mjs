// The DynamoDB server of machines that the native one is not made for: `node dynamodb.mjs port [folder]`, on loopback.
// Says its address in one line, keeps everything in memory unless there is a folder, and ends with its standard input.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const dynalite = require("dynalite");
const db = require("dynalite/db");

// The package does not know that the item comes along with a condition that failed.
for (const operation of ["putItem", "updateItem", "deleteItem"]) {
  require(`dynalite/validations/${operation}`).types.ReturnValuesOnConditionCheckFailure = { type: "String", enum: ["ALL_OLD", "NONE"] };
}
const { checkConditional } = db;
db.checkConditional = (data, item) => {
  const failure = checkConditional(data, item);
  if (failure && item && data.ReturnValuesOnConditionCheckFailure === "ALL_OLD") {
    failure.body.Item = item;
  }
  return failure;
};

const [port, path] = process.argv.slice(2);
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

// Nor does it know how to be told when items may be deleted, which it never does. Forgotten by a restart.
const timesToLive = new Map();
const [others] = server.listeners("request");
server.removeListener("request", others);
server.on("request", async (request, response) => {
  const [, operation] = (request.headers["x-amz-target"] ?? "").split(".");
  if (operation !== "UpdateTimeToLive" && operation !== "DescribeTimeToLive") {
    others(request, response);
    return;
  }
  const chunks = await request.toArray();
  const { TableName: table, TimeToLiveSpecification: asked } = JSON.parse(Buffer.concat(chunks).toString());
  if (asked) {
    timesToLive.set(table, asked);
  }
  const { Enabled: enabled, AttributeName } = timesToLive.get(table) ?? {};
  response.setHeader("Content-Type", "application/x-amz-json-1.0").end(JSON.stringify(asked
    ? { TimeToLiveSpecification: asked }
    : { TimeToLiveDescription: enabled ? { TimeToLiveStatus: "ENABLED", AttributeName } : { TimeToLiveStatus: "DISABLED" } }));
});

server.listen(Number(port), "127.0.0.1", () => console.log(`DynamoDB listening on http://127.0.0.1:${server.address().port}`));
process.stdin.resume().on("end", () => process.exit());
