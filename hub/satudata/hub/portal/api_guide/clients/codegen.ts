import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "schema.graphql",
  emitLegacyCommonJSImports: false,
  documents: "operations/*.graphql",
  generates: {
    "src/gql/": {
      preset: "client",
      config: {
        documentMode: "string",
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          BigInt: "string",
          Count: "number",
          Date: "string",
          DateTime: "string",
          Decimal: "string",
          JSON: "unknown",
          TimeZone: "string",
        },
      },
    },
  },
};

export default config;
