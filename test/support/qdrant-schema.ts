/**
 * Qdrant's published OpenAPI document as a judge of requests and responses. Where the document is not
 * there nothing is judged, and `qdrantSchema` says so by being undefined.
 */
import { existsSync, readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

const PLACES = [process.env.QDRANT_OPENAPI, "../shared/data/qdrant-openapi-1.19.json"];

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: unknown;
}

interface Operation {
  readonly requestBody?: Body;
  readonly responses: Readonly<Record<string, Body>>;
}

interface Body {
  readonly content?: { readonly "application/json"?: { readonly schema?: unknown } };
}

export interface QdrantSchema {
  /** @returns What is wrong, or undefined. */
  request(method: string, path: string, body: unknown): string | undefined;
  response(method: string, path: string, status: number, body: unknown): string | undefined;
}

export const qdrantSchema: QdrantSchema | undefined = load();

function load(): QdrantSchema | undefined {
  const place = PLACES.find((path) => path !== undefined && existsSync(path));
  if (place === undefined) return undefined;
  const document = JSON.parse(readFileSync(place, "utf8")) as Document;
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
  ajv.addSchema({ $id: "qdrant", components: jsonSchema(document.components) });
  const compiled = new Map<string, ValidateFunction>();

  function judge(key: string, schema: unknown, value: unknown): string | undefined {
    let validate = compiled.get(key);
    if (validate === undefined) {
      validate = ajv.compile(jsonSchema(schema) as object);
      compiled.set(key, validate);
    }
    if (validate(value)) return undefined;
    return `${key}: ${ajv.errorsText(validate.errors)}`;
  }

  function operationOf(method: string, path: string): [string, Operation] | undefined {
    for (const [template, operations] of Object.entries(document.paths)) {
      const pattern = new RegExp(`^${template.replaceAll(/\{[a-z_]+\}/g, "[^/]+")}$`);
      const operation = operations[method.toLowerCase()];
      if (pattern.test(path) && operation !== undefined) return [template, operation];
    }
    return undefined;
  }

  return {
    request(method, path, body) {
      const found = operationOf(method, path);
      if (found === undefined) return `${method} ${path} is not in the document`;
      const [template, operation] = found;
      const schema = operation.requestBody?.content?.["application/json"]?.schema;
      if (schema === undefined) {
        return body === undefined ? undefined : `${method} ${template} takes no body`;
      }
      return judge(`${method} ${template} request`, schema, body);
    },
    response(method, path, status, body) {
      const found = operationOf(method, path);
      if (found === undefined) return `${method} ${path} is not in the document`;
      const [template, operation] = found;
      const key = status === 200 ? "200" : "default";
      const answer = operation.responses[key] ?? operation.responses["4XX"];
      const schema = answer?.content?.["application/json"]?.schema;
      return schema === undefined
        ? undefined
        : judge(`${method} ${template} response ${key}`, schema, body);
    },
  };
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type "null"; references get an absolute base. */
function jsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(jsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).map(([key, value]): [string, unknown] =>
    key === "$ref" && typeof value === "string"
      ? [key, value.replace(/^#/, "qdrant#")]
      : [key, jsonSchema(value)],
  );
  const { nullable, ...rest } = Object.fromEntries(entries) as Record<string, unknown>;
  if (nullable !== true) return rest;
  if (Object.keys(rest).length === 0) return { type: "null" };
  if (typeof rest.type === "string" && rest.enum === undefined) {
    return { ...rest, type: [rest.type, "null"] };
  }
  return { anyOf: [rest, { type: "null" }] };
}
