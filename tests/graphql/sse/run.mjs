// Follows a subscription with the client of graphql-sse and with EventSource; prints what each of them was told.
//   node run.mjs http://127.0.0.1:8000/graphql <token> <document> <variables>
import { EventSource } from "eventsource";
import { createClient } from "graphql-sse";

const [, , url, token, query, variables] = process.argv;
const headers = { Authorization: `Bearer ${token}` };

async function byClient() {
  const client = createClient({ url, headers, retryAttempts: 0 });
  const told = [];
  for await (const result of client.iterate({ query, variables: JSON.parse(variables) })) {
    told.push(result);
    if (told.length === 1) console.log("following");
  }
  return told;
}

function byEventSource() {
  const withToken = (address, init) => fetch(address, { ...init, headers: { ...init.headers, ...headers } });
  const source = new EventSource(`${url}?${new URLSearchParams({ query, variables })}`, { fetch: withToken });
  const told = [];
  return new Promise((resolve, reject) => {
    source.addEventListener("next", (event) => {
      told.push(JSON.parse(event.data));
      if (told.length === 1) console.log("following");
    });
    source.addEventListener("complete", () => {
      source.close();
      resolve(told);
    });
    source.addEventListener("error", (event) => reject(new Error(event.message)));
  });
}

const [client, eventSource] = await Promise.all([byClient(), byEventSource()]);
console.log(JSON.stringify({ client, eventSource }));
