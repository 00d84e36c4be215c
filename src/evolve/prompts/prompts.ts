/**
 * The registry of prompts: list, show, render. A user replaces a text by handing in one of the same
 * name; what was rendered is what a trace keeps.
 */
import { digestText } from "../../core/digest.ts";
import { InputError } from "../../core/errors.ts";
import type { ModelMessage } from "../../core/ports.ts";
import { type PromptTemplate, TEMPLATES } from "./templates.ts";

/** Name of a prompt -> the text that replaces it. */
export type PromptOverrides = Readonly<Record<string, string>>;

export interface RenderedPrompt {
  readonly name: string;
  /** The template's version, or `custom` for a replaced text. */
  readonly version: string;
  /** SHA-256 of the template's text, before its variables. */
  readonly digest: string;
  readonly messages: readonly ModelMessage[];
}

/** All prompts in the order of the registry; `custom` says that an override is in force. */
export function listPrompts(
  overrides: PromptOverrides = {},
): readonly { name: string; version: string; description: string; digest: string }[] {
  return TEMPLATES.map(({ name }) => {
    const { version, description, digest } = showPrompt(name, overrides);
    return { name, version, description, digest };
  });
}

/** @throws InputError PROMPT_NOT_FOUND */
export function showPrompt(
  name: string,
  overrides: PromptOverrides = {},
): PromptTemplate & { readonly digest: string } {
  const template = TEMPLATES.find((entry) => entry.name === name);
  if (template === undefined) {
    const known = TEMPLATES.map((entry) => entry.name).join(", ");
    throw new InputError("PROMPT_NOT_FOUND", `No prompt named "${name}". There are: ${known}.`, {
      facts: { prompt: name },
    });
  }
  const text = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
  return text === undefined
    ? { ...template, digest: digestText(template.text) }
    : { ...template, version: "custom", text, digest: digestText(text) };
}

/**
 * Fills a prompt's variables in. Values are put in as they are: what stands in a value is never
 * read as a variable. Absent variables are empty.
 *
 * @throws InputError PROMPT_NOT_FOUND; UNKNOWN_PROMPT_VARIABLE if the text or `variables` names one
 * that this prompt does not have; BAD_PROMPT if the text has no message.
 */
export function renderPrompt(
  name: string,
  variables: Readonly<Record<string, string>>,
  overrides: PromptOverrides = {},
): RenderedPrompt {
  const { version, digest, text, variables: known } = showPrompt(name, overrides);
  for (const variable of [...Object.keys(variables), ...namesIn(text)]) {
    if (!Object.hasOwn(known, variable)) throw unknownVariable(name, variable, Object.keys(known));
  }
  const messages = messagesIn(name, text).map(({ role, content }) => ({
    role,
    content: fill(content, variables).trim(),
  }));
  return { name, version, digest, messages };
}

/** Looks for faults in replaced texts before a run starts. @throws InputError as renderPrompt. */
export function checkOverrides(overrides: PromptOverrides): void {
  for (const name of Object.keys(overrides)) renderPrompt(name, {}, overrides);
}

/** A section with its line break, or a variable. */
const PLACE = /\{\{#(\w+)\}\}\n?([\s\S]*?)\{\{\/\1\}\}\n?|\{\{[#/]?(\w+)\}\}/g;

function fill(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(PLACE, (_, section?: string, inside?: string, variable?: string) => {
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
