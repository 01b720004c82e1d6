// Asks a hub with the generated types: every field, variable and exact number below is checked by the compiler.
import {
  EarthquakesDocument,
  ImportsDocument,
  type Kemendagri_Wilayah_Level,
  RegionsDocument,
  type TypedDocumentString,
  WagesDocument,
} from "./gql/graphql.js";

const hub = process.argv[2] ?? "http://127.0.0.1:8000";

async function ask<Answer, Variables>(
  document: TypedDocumentString<Answer, Variables>,
  variables: Variables,
): Promise<Answer> {
  const response = await fetch(`${hub}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Answer; errors?: { message: string }[] };
  if (errors?.[0]) throw new Error(errors[0].message);
  return data;
}

const wages = await ask(WagesDocument, { year: 2024 });
const highest = wages.data.disnakertransJabar.upahMinimum?.nodes[0];
const wage: string | undefined = highest?.upahMinimum; // Decimal: a string, exact

const imports = await ask(ImportsDocument, { where: { tahun: { gte: 2013 }, nilai: { gt: "1000000" } } });
const values: bigint[] = (imports.data.bps.imporPelabuhan?.groups ?? []).map(
  (group) => BigInt(group.aggregate.nilai.sum ?? "0"), // BigInt: a string of digits
);

const earthquakes = await ask(EarthquakesDocument, { since: "2024-01-01T00:00:00+07:00" });
const first = earthquakes.data.bmkg.gempaDirasakan?.nodes[0];
const at: Date | undefined = first && new Date(first.waktu); // DateTime: an ISO 8601 string in UTC

const regions = await ask(RegionsDocument, { level: "PROVINCE" }); // an enum: the compiler knows its values
const level: Kemendagri_Wilayah_Level | undefined = regions.data.kemendagri.wilayah?.nodes[0]?.level;

console.log(JSON.stringify({ wage, values: values.map(String), at, level }));
