/** Shows what the services send each other: subjects, who sends and receives, and the fields of messages. */

import { get } from "/pages/api.js";
import { el } from "/pages/dom.js";
import { words } from "/pages/words.js";

const LIMITS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "maxProperties",
  "multipleOf",
  "pattern",
];

export async function show() {
  const contract = await get("/asyncapi.json");
  const { info, channels, components } = contract;
  const subjects = Object.entries(channels).filter(([, { address }]) => address);
  const node = el(
    "div",
    { class: "page bus" },
    el("h1", { tabindex: "-1" }, words.bus),
    el("p", { class: "muted" }, words.busMore),
    el("p", {}, el("a", { href: "/asyncapi.json" }, words.contract(info.version))),
    el(
      "section",
      {},
      el("h2", {}, words.subjects),
      subjects.map(([name, channel]) => subject(contract, name, channel)),
    ),
    el(
      "section",
      {},
      el("h2", {}, words.values),
      Object.entries(components.schemas).map(([name, schema]) => value(name, schema)),
    ),
  );
  return { node, title: words.bus };
}

function subject(contract, name, channel) {
  const { payload = {}, headers } = resolve(contract, channel.messages.message);
  const schema = resolve(contract, payload);
  const answers = Object.keys(contract.channels[`${name}.reply`]?.messages ?? {});
  const facts = [
    [words.sentBy, services(contract, name, "send")],
    [words.receivedBy, services(contract, name, "receive")],
    [words.storedIn, channel["x-stream"]],
    [words.answeredWith, answers.join(", ")],
    [words.carries, payload.$ref && nameOf(payload)],
    [words.headersOfMessage, Object.keys(headers?.properties ?? {}).join(", ")],
  ].filter(([, fact]) => fact);
  return entry(
    channel.address,
    channel.summary,
    el(
      "dl",
      {},
      facts.map(([title, fact]) => [el("dt", {}, title), el("dd", {}, fact)]),
    ),
    fields(schema),
  );
}

function value(name, schema) {
  return entry(name, schema.description, schema.properties ? fields(schema) : el("p", {}, typeOf(schema)));
}

function entry(name, summary, ...content) {
  return el(
    "details",
    {},
    el("summary", {}, el("code", {}, name), summary && el("span", { class: "muted" }, summary.split("\n")[0])),
    content,
  );
}

function services({ operations }, name, action) {
  return Object.values(operations)
    .filter((operation) => operation.action === action && operation.channel.$ref === `#/channels/${name}`)
    .map(({ tags }) => tags[0].name)
    .join(", ");
}

function fields({ properties = {}, required = [] }) {
  const rows = Object.entries(properties).map(([name, schema]) =>
    el(
      "li",
      {},
      el("code", {}, name),
      el("span", {}, typeOf(schema)),
      el("span", { class: "muted" }, required.includes(name) ? words.required : words.byDefault(schema.default)),
      schema.description && el("p", {}, schema.description),
    ),
  );
  return rows.length > 0 && el("ul", { class: "fields", "aria-label": words.fields }, rows);
}

function typeOf(schema) {
  const limits = LIMITS.filter((name) => name in schema).map((name) => `${name} ${schema[name]}`);
  return [kindOf(schema), ...limits].join(", ");
}

function kindOf(schema) {
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.$ref) return nameOf(schema);
  if (choices) return choices.map(typeOf).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((choice) => JSON.stringify(choice)).join(" | ");
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(", ")}]`;
  if (schema.type === "array") return `[${schema.items ? typeOf(schema.items) : ""}]`;
  if (schema.additionalProperties) return `{${typeOf(schema.additionalProperties)}}`;
  return schema.format ?? schema.type ?? words.anything;
}

const nameOf = ({ $ref }) => $ref.split("/").at(-1);

/** Follows a reference into the document. */
function resolve(contract, object) {
  if (!object.$ref) return object;
  const keys = object.$ref.split("/").slice(1);
  return keys.reduce((found, key) => found[key], contract);
}
