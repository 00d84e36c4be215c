/** How a tool is made, and what is decided about stored ones. */
import { z } from "zod";
import { ToolStatus } from "../tool.ts";
import { events, Link, Mapping, Value } from "./define.ts";

const scope = {
  name: z.string(),
  signature: z.string(),
  arguments: z.array(
    z.object({
      name: z.string(),
      why: z
        .string()
        .exactOptional()
        .describe("Only by rule: a model gives reasons for the whole."),
    }),
  ),
  literals: z.array(z.string()).describe("Values that the request itself names."),
  reasons: z.array(z.string()),
  flags: z.array(z.string()).describe("What the rules found, in sentences."),
};

export const TOOL_EVENTS = events({
  "scope-decide": {
    meaning: "It was decided how general a tool is to be: what is an argument and what a constant.",
    data: z.union([
      z.object({ ...scope, by: z.literal("rule"), decision: z.literal("new") }),
      z.object({
        ...scope,
        decision: z.enum(["new", "reuse"]),
        reuse: z
          .object({ name: z.string(), version: z.int() })
          .exactOptional()
          .describe("The stored tool to use instead."),
        generality: z.enum(["general", "specific"]),
        language: z.string(),
        constants: z.array(z.object({ value: z.string(), why: z.string() })),
        siblings: z.array(z.string()).describe("Stored tools that it was compared with."),
      }),
    ]),
  },
  "scope-flag": {
    meaning: "A candidate was found to be made for one call.",
    data: z.object({
      name: z.string(),
      literals: z.array(z.string()),
      table: z.boolean().describe("Whether it only lists the examples."),
      notes: z.array(z.string()).describe("What its author is told."),
      failedVariants: z
        .array(z.array(Value))
        .exactOptional()
        .describe("Arguments of held-out variants that it fails."),
    }),
  },
  "scope-shared": {
    meaning: "Another request in this process wished for the same words: both share one task.",
    data: z.object({ name: z.string() }),
  },
  "cases-write": {
    meaning: "Test authors wrote cases.",
    data: z.union([
      z.object({
        authors: z.int(),
        kept: z.int(),
        properties: z.array(Mapping),
        dropped: z.array(z.object({ args: z.array(Value), reason: z.string() })),
      }),
      /** They failed to. */
      z.object({ authors: z.int(), kept: z.literal(0), error: z.string() }),
    ]),
  },
  "cases-dispute": {
    meaning: "A candidate and the test authors disagreed, and it was decided who is right.",
    data: z.object({
      cases: z.array(
        z.object({
          args: z.array(Value),
          expected: Value,
          got: Value,
          voicesFor: z.int(),
          voicesAgainst: z.int(),
          verdict: z.enum(["dropped", "stands"]),
        }),
      ),
    }),
  },
  "tool-create": {
    meaning: "A missing tool is to be made.",
    data: z.object({
      name: z.string(),
      description: z.string(),
      key: z.string().describe("Equal for wishes that the same tool fulfils."),
    }),
  },
  "tool-create-shared": {
    meaning: "Another request was making the same tool: this one takes its outcome.",
    data: z.object({
      name: z.string(),
      outcome: z.enum(["tool-created", "tool-refused", "tool-called"]),
    }),
    link: Link,
  },
  "tool-reuse": {
    meaning: "A stored tool does what was to be made.",
    data: z.object({ name: z.string(), version: z.int(), reasons: z.array(z.string()) }),
  },
  "tool-register": {
    meaning: "A tool was made and entered into the store.",
    data: z.object({
      name: z.string(),
      version: z.int(),
      digest: z.string(),
      description: z.string(),
      parameters: Mapping,
      source: z.string(),
      evaluation: z.object({ train: z.number(), heldOut: z.number(), measures: Mapping }),
    }),
    link: Link,
  },
  "registration-refused": {
    meaning: "A tool was made and is not entered into the store, or not yet.",
    data: z.object({ name: z.string(), reasons: z.array(z.string()) }),
    link: Link,
  },
  "tool-review": {
    meaning: "It was decided about a stored tool, by whom and why.",
    data: z.object({
      action: z.enum([
        "register",
        "approve",
        "reject",
        "deprecate",
        "restore",
        "retire",
        "roll-back",
      ]),
      name: z.string(),
      version: z.int(),
      digest: z.string(),
      from: ToolStatus,
      to: ToolStatus,
      reasons: z.array(z.string()),
      by: z.enum(["person", "engine"]),
    }),
  },
});
