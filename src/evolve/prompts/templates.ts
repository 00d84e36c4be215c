/** The prompts of the generators. The syntax of a template is explained in src/core/prompts.ts. */
import type { PromptTemplate } from "../../core/prompts.ts";

const COMMON = {
  entry: "name of the function that evolves",
  header: "first line of the function to write",
  description: "what the function does",
  signature: "the tool's signature in TypeScript",
  examples: "some calls with their expected results, one a line",
  features: "expressions that may be useful, one a line",
  capabilities: "what the sandbox can and cannot do",
  region: "the two marker lines; only the lines between them may change",
} as const;

const TASK = `What the function does: {{description}}
Signature of the tool: {{signature}}
It must start with: {{header}}
{{#examples}}
Examples:
{{examples}}
{{/examples}}
{{#features}}
These expressions may be useful:
{{features}}
{{/features}}
{{#capabilities}}
Where it runs: {{capabilities}}
{{/capabilities}}
{{#region}}
Change only what stands between {{region}}. Keep the marker lines.
{{/region}}`;

const SYSTEM = `=== system ===
You improve a JavaScript function. It is run and scored; a higher score is better. It must be synchronous, deterministic and self-contained: no imports, no input or output. You may add helper functions.`;

const ANSWER = `Say in one or two sentences what you change and why. Then write the whole function {{entry}} in one \`\`\`js block, and nothing after it.`;

const PARENT = {
  program: "the parent",
  fitness: "its score",
  feedback: "the cases that failed",
} as const;

const CURRENT = `The current program scores {{fitness}}:
\`\`\`js
{{program}}
\`\`\``;

const FAILING = `{{#feedback}}
These cases fail:
{{feedback}}
{{/feedback}}`;

export const TEMPLATES: readonly PromptTemplate[] = [
  {
    name: "first",
    version: "1",
    description: "Asks plainly for a function, before there is a program to improve.",
    variables: {
      entry: COMMON.entry,
      description: COMMON.description,
      signature: COMMON.signature,
      examples: COMMON.examples,
      capabilities: COMMON.capabilities,
    },
    text: `=== system ===
You write one JavaScript function. It is synchronous and deterministic, and imports nothing.{{#capabilities}} Where it runs: {{capabilities}}{{/capabilities}}
=== user ===
{{description}}
Signature in TypeScript: {{signature}}
{{#examples}}
Examples:
{{examples}}
{{/examples}}
Write the function {{entry}} in JavaScript, in one \`\`\`js block and nothing else.`,
  },
  {
    name: "best-shot",
    version: "3",
    description:
      "FunSearch's best-shot prompt: scored versions in ascending order, and the header of the next one.",
    variables: {
      ...COMMON,
      functions: "the parents as <entry>_v0, <entry>_v1, ..., worst first",
      next: "name of the version to write",
    },
    text: `=== system ===
You complete a JavaScript file. It has versions of one function, from the lowest score to the highest. Write the last version so that its score is higher than all others. It must not call an earlier version. It must be synchronous and must not import anything. Answer with this whole function in one \`\`\`js block and nothing else.{{#capabilities}} Where it runs: {{capabilities}}{{/capabilities}}
=== user ===
\`\`\`js
{{#examples}}
{{examples}}

{{/examples}}
{{#features}}
{{features}}

{{/features}}
{{functions}}

{{header}}
\`\`\``,
  },
  {
    name: "rewrite",
    version: "3",
    description: "One parent with its score. Asks for a whole new function.",
    variables: {
      ...COMMON,
      ...PARENT,
    },
    text: `${SYSTEM}
=== user ===
${TASK}
${CURRENT}
${FAILING}
Write a better one. It may use another method. ${ANSWER}`,
  },
  {
    name: "diff",
    version: "3",
    description: "One parent. Asks for SEARCH/REPLACE blocks.",
    variables: {
      ...COMMON,
      ...PARENT,
    },
    text: `${SYSTEM}
=== user ===
${TASK}
${CURRENT}
${FAILING}
Improve it by one change. Say in one sentence what you change and why. Then write one or more blocks of exactly this form:
<<<<<<< SEARCH
lines copied exactly from the program, enough that they occur only once
=======
the new lines
>>>>>>> REPLACE`,
  },
  {
    name: "crossover",
    version: "3",
    description: "Two parents. Asks for a function that combines the strengths of both.",
    variables: {
      ...COMMON,
      program: "the first parent",
      fitness: "its score",
      otherProgram: "the second parent",
      otherFitness: "its score",
      differences: "cases where one parent is better than the other",
    },
    text: `${SYSTEM}
=== user ===
${TASK}
Program A scores {{fitness}}:
\`\`\`js
{{program}}
\`\`\`
Program B scores {{otherFitness}}:
\`\`\`js
{{otherProgram}}
\`\`\`
{{#differences}}
{{differences}}
{{/differences}}
Write one function that combines the strengths of both and scores higher than both. ${ANSWER}`,
  },
  {
    name: "reflect",
    version: "3",
    description: "One parent and its failing cases. Asks for the cause and a corrected function.",
    variables: {
      ...COMMON,
      ...PARENT,
    },
    text: `${SYSTEM}
=== user ===
${TASK}
${CURRENT}
These cases fail (input, expected result, actual result or error):
{{feedback}}
Find the one cause of as many of these failures as possible. Do not write special code for these inputs. ${ANSWER}`,
  },
  {
    name: "write-program",
    version: "2",
    description:
      "One parent in Python or shell with its failing cases. Asks for a whole new program.",
    variables: {
      task: "what to write, in which language",
      language: "python or shell",
      entry: COMMON.entry,
      description: COMMON.description,
      signature: COMMON.signature,
      examples: COMMON.examples,
      capabilities: COMMON.capabilities,
      ...PARENT,
    },
    text: `=== system ===
You improve a program. It is run and scored; a higher score is better. It must be deterministic and self-contained.
=== user ===
{{task}}
What it does: {{description}}
Signature of the tool, in TypeScript: {{signature}}
{{#examples}}
Examples:
{{examples}}
{{/examples}}
{{#capabilities}}
Where it runs: {{capabilities}}
{{/capabilities}}
The current program scores {{fitness}}:
\`\`\`{{language}}
{{program}}
\`\`\`
${FAILING}
Say in one or two sentences what you change and why. Then write the whole program in one \`\`\`{{language}} block, and nothing after it.`,
  },
  {
    name: "repair",
    version: "2",
    description: "Says once why a reply was not accepted, and asks again.",
    variables: { entry: COMMON.entry, reason: "why the reply was not accepted" },
    text: `=== user ===
Your answer was not accepted: {{reason}}
Write the answer again, corrected, in the form described above. The function is {{entry}}.`,
  },
];
