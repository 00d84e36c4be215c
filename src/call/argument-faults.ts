/** Faults of a call's arguments by the tool's JSON Schema, worded so that a model can correct them. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { JsonSchema } from "../core/tool.ts";
import type { ArgumentFaults } from "../work/callable.ts";

const SHOWN = 5;

/** Each schema is compiled once, so keep the function for as long as the tools are used. */
export function createArgumentFaults(): ArgumentFaults {
  // Tools come from many sources: keywords outside the standard are no reason to refuse a schema.
  const ajv = new Ajv2020({
    ...{ strict: false, allErrors: true, validateFormats: true },
    // Else every object would have a value for a parameter named "constructor".
    ownProperties: true,
  });
  formats.default(ajv);
  const compiled = new Map<string, ValidateFunction | undefined>();
  return (schema, given) => {
    const key = JSON.stringify(schema);
    if (!compiled.has(key)) compiled.set(key, compile(ajv, closed(schema)));
    const validate = compiled.get(key);
    if (validate === undefined || validate(given)) return [];
    const faults = (validate.errors ?? []).map(faultOf);
    return [...new Set(faults)].slice(0, SHOWN);
  };
}

/**
 * An argument without a parameter would be lost silently, so it is a fault. `$id` and `$schema` are
 * removed because they do not matter here.
 */
function closed({ $id, $schema, ...schema }: JsonSchema): object {
  const plain = ["allOf", "anyOf", "oneOf", "$ref"].every((word) => schema[word] === undefined);
  return {
    type: "object",
    ...(plain && schema.properties !== undefined ? { additionalProperties: false } : {}),
    ...schema,
  };
}

/** @returns undefined if the schema is invalid. */
function compile(ajv: Ajv2020, schema: object): ValidateFunction | undefined {
  try {
    return ajv.compile(schema);
  } catch {
    // A tool whose schema does not compile can still be called; its own code checks the arguments.
    return undefined;
  }
}

function faultOf({ instancePath, keyword, message = "does not fit", params }: ErrorObject): string {
  const at = instancePath === "" ? "arguments" : instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    return `${at}: there is no parameter "${String(params.additionalProperty)}".`;
  }
  if (keyword === "enum") return `${at}: expected one of ${JSON.stringify(params.allowedValues)}.`;
  return `${at}: ${message}.`;
}
