// The GraphQL console of /ide: GraphiQL against this hub's own /graphql, nothing else.
// The page passes a first query in data attributes; ?query= and ?variables= in the address come before it,
// and the address follows what is typed, so that a query can be shared by copying it.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { getOperationAST, Kind, OperationTypeNode, parse } from "graphql";
import { createClient } from "graphql-sse";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const LONGEST_ADDRESS = 6000;

const root = document.getElementById("ide");
const asked = new URLSearchParams(window.location.search);

const send = createGraphiQLFetcher({
  url: root.dataset.endpoint,
  fetch: (input, init) => window.fetch(input, { ...init, credentials: "same-origin" }),
  headers: { "Accept-Language": document.documentElement.lang },
  enableIncrementalDelivery: false,
});

// Subscriptions come as server-sent events; the console shows the newest one.
function follow(parameters, headers) {
  const client = createClient({
    url: root.dataset.endpoint,
    credentials: "same-origin",
    headers: { "Accept-Language": document.documentElement.lang, ...headers },
  });
  return { subscribe: (sink) => ({ unsubscribe: client.subscribe(parameters, sink) }) };
}

// The editor learns an operation's name a moment after it is typed; a document with one operation needs none.
function fetcher(parameters, options) {
  const { operationName, ...unnamed } = parameters;
  const asked = isSingle(parameters.query) ? unnamed : parameters;
  return isSubscription(asked) ? follow(asked, options?.headers) : send(asked, options);
}

function isSubscription({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
  } catch {
    return false;
  }
}

function isSingle(query) {
  try {
    return parse(query).definitions.filter((part) => part.kind === Kind.OPERATION_DEFINITION).length === 1;
  } catch {
    return false;
  }
}

function remember(name, value) {
  const address = new URL(window.location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  if (address.href.length <= LONGEST_ADDRESS) window.history.replaceState(null, "", address);
}

createRoot(root).render(
  createElement(GraphiQL, {
    fetcher,
    defaultQuery: root.dataset.example,
    initialQuery: asked.get("query") ?? undefined,
    initialVariables: asked.get("variables") ?? undefined,
    defaultEditorToolsVisibility: asked.has("variables") ? "variables" : true,
    onEditQuery: (query) => remember("query", query),
    onEditVariables: (variables) => remember("variables", variables),
  }),
);
