/**
 * Prompts are data: named, versioned texts that a user can list, show and replace by a file. A trace
 * stores the rendered text.
 *
 * A text holds messages under lines `=== system ===` and `=== user ===`. `{{name}}` is a variable;
 * `{{#name}}…{{/name}}` appears only if the variable is not empty. Each changed text is a new
 * version; traces store name and version.
 */
import { digestText } from "./digest.ts";
import { InputError, InvariantError } from "./errors.ts";
import type { ModelMessage } from "./ports.ts";

export interface PromptTemplate {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The variables that the text may use -> their meaning. */
  readonly variables: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Name of a prompt -> the text that replaces it. */
export type PromptOverrides = Readonly<Record<string, string>>;

export interface RenderedPrompt {
  readonly name: string;
  /** The template's version, or `custom` for a replaced text. */
  readonly version: string;
  /** SHA-256 of the template's text, before variables are filled in. */
  readonly digest: string;
  readonly messages: readonly ModelMessage[];
}

/** The prompts of one folder, or of all. */
export interface PromptBook {
  readonly templates: readonly PromptTemplate[];
  /** In the book's order; version `custom` marks an overridden prompt. */
  list(
    overrides?: PromptOverrides,
  ): readonly { name: string; version: string; description: string; digest: string }[];
  /** @throws InputError PROMPT_NOT_FOUND */
  show(name: string, overrides?: PromptOverrides): PromptTemplate & { readonly digest: string };
  /**
   * Fills in a prompt's variables. Values are inserted as they are: `{{name}}` inside a value is not a
   * variable. Absent variables are empty.
   *
   * @throws InputError PROMPT_NOT_FOUND; UNKNOWN_PROMPT_VARIABLE if the text or `variables` names a
   * variable that this prompt does not have; BAD_PROMPT if the text has no message.
   */
  render(
    name: string,
    variables: Readonly<Record<string, string>>,
    overrides?: PromptOverrides,
  ): RenderedPrompt;
  /** Checks overrides before a run starts. @throws InputError as `render`. */
  check(overrides: PromptOverrides): void;
  /** The overrides that replace a prompt of this book. */
  own(overrides: PromptOverrides): PromptOverrides;
}

/** @param templates With unique names. */
export function promptBook(templates: readonly PromptTemplate[]): PromptBook {
  const byName = new Map(templates.map((template) => [template.name, template]));
  if (byName.size < templates.length) throw new InvariantError("Two prompts share a name.");

  const book: PromptBook = {
    templates,
    list: (overrides) =>
      templates.map(({ name }) => {
        const { version, description, digest } = book.show(name, overrides);
        return { name, version, description, digest };
      }),
    show(name, overrides = {}) {
      const template = byName.get(name);
      if (template === undefined) {
        const known = [...byName.keys()].join(", ");
        throw new InputError(
          "PROMPT_NOT_FOUND",
          `No prompt named "${name}". Known prompts: ${known}.`,
          {
            facts: { prompt: name },
          },
        );
      }
      const text = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
      return text === undefined
        ? { ...template, digest: digestText(template.text) }
        : { ...template, version: "custom", text, digest: digestText(text) };
    },
    render(name, variables, overrides) {
      const { version, digest, text, variables: known } = book.show(name, overrides);
      for (const variable of [...Object.keys(variables), ...namesIn(text)]) {
        if (!Object.hasOwn(known, variable)) {
          throw unknownVariable(name, variable, Object.keys(known));
        }
      }
      const messages = messagesIn(name, text).map(({ role, content }) => ({
        role,
        content: fill(content, variables).trim(),
      }));
      return { name, version, digest, messages };
    },
    check(overrides) {
      for (const name of Object.keys(overrides)) book.render(name, {}, overrides);
    },
    own: (overrides) =>
      Object.fromEntries(Object.entries(overrides).filter(([name]) => byName.has(name))),
  };
  return book;
}

/** A section with its line break, or a variable. */
const PLACEHOLDER = /\{\{#(\w+)\}\}\n?([\s\S]*?)\{\{\/\1\}\}\n?|\{\{[#/]?(\w+)\}\}/g;

function fill(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_, section?: string, inside?: string, variable?: string) => {
    const value = variables[section ?? variable ?? ""] ?? "";
    if (section === undefined) return value;
    return value === "" ? "" : fill(inside ?? "", variables);
  });
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\{\{[#/]?(\w+)\}\}/g)].map((match) => match[1] ?? "");
}

/** A text without a heading is one user message. */
function messagesIn(
  name: string,
  text: string,
): readonly { readonly role: "system" | "user"; readonly content: string }[] {
  const parts = text.split(/^=== (system|user) ===[ \t]*$/m);
  const messages: { role: "system" | "user"; content: string }[] = [];
  const lead = parts[0]?.trim() ?? "";
  if (lead !== "") messages.push({ role: "user", content: lead });
  for (let i = 1; i < parts.length; i += 2) {
    messages.push({ role: parts[i] === "system" ? "system" : "user", content: parts[i + 1] ?? "" });
  }
  if (messages.some((message) => message.role === "user")) return messages;
  throw new InputError(
    "BAD_PROMPT",
    `The prompt "${name}" has no user message. Write one under a line "=== user ===".`,
    { facts: { prompt: name } },
  );
}

function unknownVariable(prompt: string, variable: string, known: readonly string[]): InputError {
  return new InputError(
    "UNKNOWN_PROMPT_VARIABLE",
    `The prompt "${prompt}" has no variable "${variable}". It has: ${known.join(", ")}.`,
    { facts: { prompt, variable } },
  );
}
