/** The prompts of the generators; how a text is written stands in core/prompts.ts. */
import type { PromptTemplate } from "../../core/prompts.ts";

const COMMON = {
  entry: "name of the function that evolves",
  header: "first line of the function that is asked for",
  description: "what the function is for, in words",
  signature: "the tool's signature in TypeScript",
  examples: "some calls with what they should give, one a line",
  features: "expressions that are worth using, one a line",
  capabilities: "what the sandbox can and can not do",
  region: "the marker lines between which alone a program may change",
} as const;

const TASK = `The function: {{description}}
Signature of the tool: {{signature}}
It must start with: {{header}}
{{#examples}}
Examples:
{{examples}}
{{/examples}}
{{#features}}
Expressions that may help:
{{features}}
{{/features}}
{{#capabilities}}
Where it runs: {{capabilities}}
{{/capabilities}}
{{#region}}
Only what stands between {{region}} may change; these lines stay.
{{/region}}`;

const SYSTEM = `=== system ===
You improve a JavaScript function by small experiments. It is scored by running it; a higher score is better. It must be deterministic and self-contained: no imports, no input or output. It may have helper functions beside it.`;

const ANSWER = `First say in one or two sentences what you change and why. Then give the whole function {{entry}} in one \`\`\`js block, and nothing after it.`;

export const TEMPLATES: readonly PromptTemplate[] = [
  {
    name: "best-shot",
    version: "1",
    description:
      "FunSearch's best-shot prompt: scored versions in ascending order, and the header of the next one.",
    variables: {
      ...COMMON,
      functions: "the parents as <entry>_v0, <entry>_v1, ..., worst first",
      next: "name of the version that is asked for",
    },
    text: `=== system ===
You complete JavaScript files. The versions of a function stand in ascending order of their score. Write the last one so that its score is higher still. Answer with this whole function in one \`\`\`js block and nothing else. It must not call an earlier version.{{#capabilities}} Where it runs: {{capabilities}}{{/capabilities}}
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
    version: "1",
    description: "One parent with its score; a whole new function is asked for.",
    variables: { ...COMMON, program: "the parent", fitness: "its score", feedback: "what failed" },
    text: `${SYSTEM}
=== user ===
${TASK}
The current program scores {{fitness}}:
\`\`\`js
{{program}}
\`\`\`
{{#feedback}}
What it gets wrong:
{{feedback}}
{{/feedback}}
Write a better one; it may work quite differently. ${ANSWER}`,
  },
  {
    name: "diff",
    version: "1",
    description: "One parent; SEARCH/REPLACE blocks are asked for.",
    variables: {
      ...COMMON,
      program: "the parent",
      fitness: "its score",
      feedback: "what failed",
    },
    text: `${SYSTEM}
=== user ===
${TASK}
The current program scores {{fitness}}:
\`\`\`js
{{program}}
\`\`\`
{{#feedback}}
What it gets wrong:
{{feedback}}
{{/feedback}}
Improve it by one targeted change. First say in one sentence what you change and why. Then give one or more blocks of exactly this form:
<<<<<<< SEARCH
lines of the program, letter by letter, enough of them to occur only once
=======
the lines that replace them
>>>>>>> REPLACE`,
  },
  {
    name: "crossover",
    version: "1",
    description: "Two parents; a function that joins what is good in both is asked for.",
    variables: {
      ...COMMON,
      program: "the first parent",
      fitness: "its score",
      otherProgram: "the second parent",
      otherFitness: "its score",
      differences: "cases that one parent does better than the other",
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
Write one function that joins the strong ideas of both and beats both. ${ANSWER}`,
  },
  {
    name: "reflect",
    version: "1",
    description:
      "One parent and its failing cases; a diagnosis and a corrected function are asked for.",
    variables: { ...COMMON, program: "the parent", fitness: "its score", feedback: "what failed" },
    text: `${SYSTEM}
=== user ===
${TASK}
The current program scores {{fitness}}:
\`\`\`js
{{program}}
\`\`\`
These cases show what is wrong with it (input, what was expected, what came, or the error):
{{feedback}}
Find the one cause behind as many of these cases as possible; do not special-case their inputs. ${ANSWER}`,
  },
  {
    name: "write-program",
    version: "1",
    description:
      "One parent in Python or shell with what it gets wrong; a whole new program is asked for.",
    variables: {
      task: "what to write, in which language",
      language: "python or shell",
      entry: COMMON.entry,
      description: COMMON.description,
      signature: COMMON.signature,
      examples: COMMON.examples,
      capabilities: COMMON.capabilities,
      program: "the parent",
      fitness: "its score",
      feedback: "what failed",
    },
    text: `=== system ===
You improve a program by small experiments. It is scored by running it; a higher score is better. It must be deterministic and self-contained.
=== user ===
{{task}}
What it is for: {{description}}
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
{{#feedback}}
What it gets wrong:
{{feedback}}
{{/feedback}}
First say in one or two sentences what you change and why. Then give the whole program in one \`\`\`{{language}} block, and nothing after it.`,
  },
  {
    name: "repair",
    version: "1",
    description: "Tells back, once, why a reply could not be used.",
    variables: { entry: COMMON.entry, reason: "why the reply could not be used" },
    text: `=== user ===
That could not be used: {{reason}}
Give the answer again in the form that was asked for, corrected. It is about the function {{entry}}.`,
  },
];
