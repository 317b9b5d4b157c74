// Reads events as NDJSON on stdin and says of each what Segment's own packages make of it.
//
// One line of JSON for each event: `refused`, the complaint of loosely-validate-event or of
// analytics-node, else null; `read`, what facade finds, by which Segment's destinations read; and
// `sent`, the message that analytics-node would post. Nothing leaves the process.

"use strict";

const { readFileSync } = require("node:fs");
const { Analytics } = require("@segment/analytics-node");
const { Alias, Identify, Page, Track } = require("@segment/facade");
const validate = require("@segment/loosely-validate-event");

const SPOKEN = {
  track: [
    "orderId", "checkoutId", "coupon", "currency", "discount", "email", "revenue", "shipping",
    "subtotal", "tax", "total", "city", "country", "state", "street", "zip",
  ],
  identify: [
    "created", "email", "firstName", "lastName", "phone",
    "city", "country", "state", "street", "zip",
  ],
  alias: ["from", "to"],
  page: ["email", "path", "referrer", "title", "url"],
};
const OF_ALL = ["userId", "anonymousId", "timestamp", "ip", "userAgent"];
const OF_PRODUCT = ["productId", "sku", "name", "price", "quantity", "category"];
const READERS = { alias: Alias, identify: Identify, page: Page, track: Track };

const ask = (reader, names) =>
  Object.fromEntries(names.map((name) => [name, reader[name] ? reader[name]() : null]));

function read(event, destinations) {
  const reader = new READERS[event.type](structuredClone(event));
  const products = event.type === "track" ? reader.products() : [];
  return {
    ...ask(reader, [...OF_ALL, ...SPOKEN[event.type]]),
    products: products.map((one) => ask(new Track({ properties: one }), OF_PRODUCT)),
    enabled: Object.fromEntries(destinations.map((name) => [name, reader.enabled(name)])),
    options: Object.fromEntries(destinations.map((name) => [name, reader.options(name) ?? null])),
  };
}

function complaint(event) {
  try {
    // It knows a timestamp as a Date alone, which JSON has not.
    validate({ ...event, timestamp: new Date(event.timestamp) });
    return null;
  } catch (error) {
    return error.message;
  }
}

// Gives the complaint of analytics-node and the message that it posts.
async function send(event) {
  const posted = [];
  const makeRequest = async ({ body }) => {
    posted.push(...JSON.parse(body).batch);
    return { status: 200, statusText: "OK" };
  };
  const options = { writeKey: "none", flushAt: 1, flushInterval: 1, httpClient: { makeRequest } };
  const analytics = new Analytics(options);
  const { type, ...message } = event;
  const refused = await new Promise((done) => {
    try {
      analytics[type](message, (error) => done(error ? String(error.reason ?? error) : null));
    } catch (error) {
      done(error.message);
    }
  });
  await analytics.closeAndFlush();
  return { refused, sent: posted[0] ?? null };
}

async function judge(event, destinations) {
  const complained = complaint(event);
  const { refused, sent } = complained ? { refused: complained } : await send(event);
  return { refused, read: read(event, destinations), sent };
}

async function main(destinations) {
  // Not by node:readline, which ends a line at U+2028 too; that may stand in a name.
  const lines = readFileSync(0, "utf8").split("\n").filter(Boolean);
  // All at once: analytics-node takes its time to close.
  const found = await Promise.all(lines.map((line) => judge(JSON.parse(line), destinations)));
  process.stdout.write(found.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

main(process.argv.slice(2));
