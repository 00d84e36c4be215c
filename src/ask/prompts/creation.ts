/**
 * What is asked on the way to a new tool and inside a program: the scope, the cases, what a case
 * should give, and the value of a function that nobody wrote.
 */
import type { PromptTemplate } from "../../core/prompts.ts";

const WORDS = "the request in its own words, with requirements and constraints";
const BRIEF = {
  name: "name of the tool",
  description: "what it does",
  signature: "its TypeScript signature",
  words: WORDS,
  examples: "calls with what they should give, from the person, one a line",
} as const;

const TOOL = `The tool: {{name}}
{{signature}}
{{description}}
It is wanted for this request:
{{words}}
{{#examples}}
The person gave these examples:
{{examples}}
{{/examples}}`;

export const CREATION_TEMPLATES: readonly PromptTemplate[] = [
  {
    name: "scope",
    version: "1",
    description:
      "Decides what a tool shall be before anybody writes it: arguments, constants, how general, new or a stored one.",
    variables: {
      words: WORDS,
      wanted: "what a plan asks for: name, signature, description; may be empty",
      examples: BRIEF.examples,
      literals: "values in the request that belong to this one request, one a line",
      siblings: "stored tools that come near, with signature and description, one a line",
      flags: "what was wrong with the answer before this one",
      languages: "what it can be written in",
    },
    text: `=== system ===
You decide the scope of a small, pure function before it is written. It will be kept in a library and called again by others, so it should be as general as the request's kind of problem, and no more: what differs from one request of this kind to the next is an argument; what is the same for all of them is a constant. The function takes and gives plain JSON values, is deterministic, and has no access to network, files or time.
=== user ===
The request:
{{words}}
{{#wanted}}
A plan asks for:
{{wanted}}
{{/wanted}}
{{#examples}}
Examples:
{{examples}}
{{/examples}}
{{#literals}}
Values that belong to this one request. They are arguments unless you have a reason:
{{literals}}
{{/literals}}
{{#siblings}}
Tools that the library has already. If one of them does it as it is, decide to reuse it:
{{siblings}}
{{/siblings}}
{{#flags}}
Your last answer can not stay as it was:
{{flags}}
{{/flags}}
Answer with JSON:
- decision: "new", or "reuse" with the stored tool's name in reuse
- name: snake_case, says what it does, holds no value of the request
- description: one or two sentences: what it takes, what it gives, what it does at the edges (empty input, invalid input)
- signature: TypeScript, e.g. function roman_to_number(roman: string): number
- arguments: for each one its name and why it is an argument
- constants: values that belong into the tool, and why
- generality: "general" or "specific"
- language: one of {{languages}}; "typescript" unless the request wants another
- reasons: why this scope
- calls: the argument lists with which this request itself wants it called; empty if it names no values`,
  },
  {
    name: "write-cases",
    version: "1",
    description: "Asks a test author, who sees no candidate, for cases of a tool.",
    variables: BRIEF,
    text: `=== system ===
You write test cases for functions that you have not seen and will not see. Every case has to follow from the words alone: where they do not decide what should come back, write no case. Work each expected value out step by step before you write it down; a wrong case does more harm than a missing one.
=== user ===
${TOOL}
Write 10 to 14 cases: ordinary ones with other values than the request's, edge cases that the words decide, and some larger ones. Then say which of these properties hold for every valid input, if any: idempotent (f(f(x)) = f(x)), symmetric (two arguments may be swapped), bounds (the result is a number between minimum and maximum).
Answer with JSON: { "cases": [{ "args": [...], "expected": ... }], "properties": [{ "kind": "idempotent" }] }. args holds the arguments in the order of the signature.`,
  },
  {
    name: "answer-cases",
    version: "1",
    description:
      "Asks what a tool should give for some inputs, of somebody who has seen no answer.",
    variables: { ...BRIEF, inputs: "numbered argument lists, one a line" },
    text: `=== system ===
You say what a function should return, by its description alone. Work each value out step by step. Where the words do not decide it, say that it is unclear.
=== user ===
${TOOL}
What should it return for each of these argument lists?
{{inputs}}
Answer with JSON: { "answers": [{ "case": 0, "expected": ..., "unclear": false }] }, one for each number.`,
  },
  {
    name: "simulate-call",
    version: "1",
    description: "Asks for the value of a function that a program calls and nobody wrote.",
    variables: {
      name: "name of the function",
      signature: "its signature, as far as it is known",
      description: "what it is for, where somebody said",
      arguments: "the arguments as a JSON array",
    },
    text: `=== system ===
You stand in for a function that can not be written as code. You are given its name and its arguments; answer with the value that it returns, as JSON, and nothing else. Equal arguments always give the same value.
=== user ===
{{signature}}
{{#description}}
{{description}}
{{/description}}
Arguments: {{arguments}}
What does {{name}} return? Answer with JSON: { "value": ... }`,
  },
];
