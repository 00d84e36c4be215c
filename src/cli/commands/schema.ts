/** `toolwright schema`: the JSON Schema of a file that people write, for editors. */
import { Argument, type Command } from "commander";
import { createOutput } from "../output.ts";
import { jsonSchemaOf, SCHEMA_NAMES, type SchemaName } from "../schemas.ts";

export function addSchema(command: Command): void {
  command
    .addArgument(new Argument("<file>", "whose schema").choices(SCHEMA_NAMES))
    .option("--json", "the same: the schema is one JSON document")
    .action((name: SchemaName) => {
      const schema = jsonSchemaOf(name);
      createOutput(true).result(schema, "");
    });
}
