/** Prompts are named, versioned, replaceable texts; what is rendered is exactly what the text says. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digestText } from "../../../src/core/digest.ts";
import {
  checkOverrides,
  listPrompts,
  renderPrompt,
  showPrompt,
} from "../../../src/evolve/prompts/prompts.ts";

describe("prompts", () => {
  test("the registry names each prompt with version and digest", () => {
    const prompts = listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual([
      "first",
      "best-shot",
      "rewrite",
      "diff",
      "crossover",
      "reflect",
      "write-program",
      "repair",
    ]);
    for (const { name, digest, version, description } of prompts) {
      expect(digest).toBe(digestText(showPrompt(name).text));
      expect(version).toMatch(/^\d+$/);
      expect(description).not.toBe("");
    }
  });

  test("every built-in text uses known variables alone, and uses all of its own", () => {
    for (const { name } of listPrompts()) {
      const { text, variables } = showPrompt(name);
      const filled = Object.fromEntries(Object.keys(variables).map((key) => [key, `<${key}>`]));
      const shown = renderPrompt(name, filled)
        .messages.map(({ content }) => content)
        .join("\n");
      expect(shown).not.toMatch(/\{\{|\}\}/);
      const own = Object.keys(variables).filter((key) => text.includes(`{{${key}}}`));
      for (const key of own) expect(shown).toContain(`<${key}>`);
      expect(renderPrompt(name, {}).messages.at(-1)?.role).toBe("user");
    }
  });

  test("a replaced text is used, and named custom with its own digest", () => {
    const text = "=== system ===\nBe brief.\n=== user ===\nWrite {{entry}}.\n";
    const prompt = renderPrompt("rewrite", { entry: "score" }, { rewrite: text });
    expect(prompt).toEqual({
      name: "rewrite",
      version: "custom",
      digest: digestText(text),
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Write score." },
      ],
    });
    expect(listPrompts({ rewrite: text }).find(({ name }) => name === "rewrite")?.version).toBe(
      "custom",
    );
    expect(renderPrompt("diff", {}, { rewrite: text }).version).toBe("3");
  });

  test("a text without headings is one user message", () => {
    expect(
      renderPrompt("repair", { reason: "R" }, { repair: "Because: {{reason}}" }).messages,
    ).toEqual([{ role: "user", content: "Because: R" }]);
  });

  test.each([
    ["in the text", () => renderPrompt("repair", {}, { repair: "{{nonsense}}" })],
    ["in a section", () => renderPrompt("repair", {}, { repair: "{{#nonsense}}x{{/nonsense}}" })],
    ["among the values", () => renderPrompt("repair", { nonsense: "x" })],
    ["found before a run starts", () => checkOverrides({ repair: "{{nonsense}}" })],
  ])("an unknown variable %s is an InputError that lists the known ones", (_, render) => {
    expect(render).toThrow(
      expect.objectContaining({
        code: "UNKNOWN_PROMPT_VARIABLE",
        message: expect.stringContaining("entry, reason"),
      }),
    );
  });

  test("an unknown prompt, and one without a user message, are InputErrors", () => {
    expect(() => showPrompt("nonsense")).toThrow(
      expect.objectContaining({ code: "PROMPT_NOT_FOUND" }),
    );
    expect(() => checkOverrides({ nonsense: "x" })).toThrow(
      expect.objectContaining({ code: "PROMPT_NOT_FOUND" }),
    );
    expect(() => checkOverrides({ repair: "=== system ===\nx" })).toThrow(
      expect.objectContaining({ code: "BAD_PROMPT" }),
    );
  });

  test("values go in letter by letter: nothing in them is read as a variable or a pattern", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("{{entry}}", "$&", "{{#reason}}", "=== user ===", ""),
        (text, spice) => {
          const value = `[${text}${spice}]`;
          const { messages } = renderPrompt(
            "repair",
            { reason: value },
            { repair: "a {{reason}} b" },
          );
          expect(messages).toEqual([{ role: "user", content: `a ${value} b` }]);
        },
      ),
    );
  });

  test("a section stands only where its variable is not empty", () => {
    const repair = "A\n{{#reason}}\nB {{reason}}\n{{/reason}}\nC";
    const content = (reason: string): string =>
      renderPrompt("repair", { reason }, { repair }).messages[0]?.content ?? "";
    expect(content("")).toBe("A\nC");
    expect(content("x")).toBe("A\nB x\nC");
  });
});
