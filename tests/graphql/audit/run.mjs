// Runs every server audit of graphql-http against one address; prints a JSON list of {id, name, status, reason}.
//   node run.mjs http://127.0.0.1:8000/graphql
import { serverAudits } from "graphql-http";

const [, , url] = process.argv;
const patient = (address, options) => fetch(address, { ...options, signal: AbortSignal.timeout(20_000) });

const results = [];
for (const audit of serverAudits({ url, fetchFn: patient })) {
  try {
    const { id, name, status, reason } = await audit.fn();
    results.push({ id, name, status, reason });
  } catch (fault) {
    results.push({ id: audit.id, name: audit.name, status: "broken", reason: String(fault?.cause ?? fault) });
  }
}
console.log(JSON.stringify(results));
