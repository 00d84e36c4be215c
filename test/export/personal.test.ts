import { expect, it } from "vitest";
import type { Conversation } from "../../src/export/examples.ts";
import { withoutPersonal } from "../../src/export/personal.ts";

function cleaned(content: string): { readonly text: string; readonly kinds: readonly string[] } {
  const kinds: string[] = [];
  const message = { role: "user" as const, content };
  const example = {
    kind: "conversation",
    messages: [message],
    tools: [],
  } as unknown as Conversation;
  const { messages } = withoutPersonal(example, (kind) => kinds.push(kind));
  return { text: messages[0]?.content ?? "", kinds };
}

// The card and account numbers are the published examples of their standards.
it.each([
  ["write to ada.l+x@mail.lovelace.uk, or ada.l+x@mail.lovelace.uk", ["email", "email"]],
  ["call +44 20 7946 0958 or +1 (212) 555-0123", ["phone", "phone"]],
  ["pay DE89 3704 0044 0532 0130 00 or GB82WEST12345698765432", ["iban", "iban"]],
  ["card 4111 1111 1111 1111 or 5500-0000-0000-0004", ["card", "card"]],
])("takes out of '%s' what is a person's", (text, kinds) => {
  const result = cleaned(text);
  expect(result.kinds).toEqual(kinds);
  expect(result.text).not.toMatch(/lovelace|7946|0123|0044|WEST|1111|5500/);
});

it.each([
  "x@example.com, root@localhost.test and a@b",
  "4111 1111 1111 1112, 1234567890123456, 3.4111111111111111",
  "DE88 3704 0044 0532 0130 00",
  "1 + 22 33 and a+1 23, [1, 2, 3], 0000 0000 0000 0000",
])("leaves '%s' alone", (text) => {
  expect(cleaned(text)).toEqual({ text, kinds: [] });
});

it("gives equal data of a row equal placeholders, in arguments too", () => {
  const call = { id: "c", name: "send", arguments: { to: ["a@b.de", "c@d.de"] } };
  const example = {
    kind: "conversation",
    messages: [
      { role: "user", content: "To c@d.de and a@b.de." },
      { role: "assistant", content: "", toolCalls: [call] },
    ],
    tools: [],
  } as unknown as Conversation;
  const { messages } = withoutPersonal(example, () => {});
  expect(messages[0]?.content).toBe("To ⟦EMAIL:1⟧ and ⟦EMAIL:2⟧.");
  expect(messages[1]).toMatchObject({
    toolCalls: [{ arguments: { to: ["⟦EMAIL:2⟧", "⟦EMAIL:1⟧"] } }],
  });
});
