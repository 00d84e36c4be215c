import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { personalRedaction } from "../../src/export/personal.ts";

function cleaned(value: Json): { readonly value: Json; readonly kinds: readonly string[] } {
  const kinds: string[] = [];
  const redaction = personalRedaction((kind) => kinds.push(kind));
  return { value: redaction.json(value), kinds };
}

// Numbers are the published examples of their standards, or invented ones with a right check digit.
it.each([
  [
    "write to ada.l+x@mail.lovelace.uk, or ADA.L+x@mail.lovelace.uk",
    ["email", "email"],
    "write to ⟦EMAIL:1⟧, or ⟦EMAIL:1⟧",
  ],
  ["anna@müller-bau.de, пётр@почта.рф", ["email", "email"], "⟦EMAIL:1⟧, ⟦EMAIL:2⟧"],
  ["用户@例子.广告 and info@xn--mller-kva.xn--p1ai", ["email", "email"], "⟦EMAIL:1⟧ and ⟦EMAIL:2⟧"],
  ["o'neil@firma-mueller.de", ["email"], "⟦EMAIL:1⟧"],
  [
    "jane.roe(at)firma-mueller.de, jane [at] firma [dot] de",
    ["email", "email"],
    "⟦EMAIL:1⟧, ⟦EMAIL:2⟧",
  ],
  ["https://x.org/?mail=jane%40firma.de&b=1", ["email"], "https://x.org/?mail=⟦EMAIL:1⟧&b=1"],
  [
    String.raw`{"a":"line\njane@firma.de\tjo@m\u00fcller.de"}`,
    ["email", "email"],
    String.raw`{"a":"line\n⟦EMAIL:1⟧\t⟦EMAIL:2⟧"}`,
  ],
  ['{"jane@firma.de":1}', ["email"], '{"⟦EMAIL:1⟧":1}'],
  ["<jane_roe@firma.co.uk>;", ["email"], "<⟦EMAIL:1⟧>;"],
  [
    "call +44 20 7946 0958 or +1 (212) 555-0123.",
    ["phone", "phone"],
    "call ⟦PHONE:1⟧ or ⟦PHONE:2⟧.",
  ],
  [
    "+491712345678, +49 (0)171 2345678, 0049 171 2345678",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧, ⟦PHONE:2⟧, ⟦PHONE:3⟧",
  ],
  [
    "(202) 456-1414 x123 and 202-456-1414, 202.456.1414",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧ and ⟦PHONE:2⟧, ⟦PHONE:2⟧",
  ],
  [
    "0171 2345678 in 2024, 030/1234567, (089) 123456-78",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧ in 2024, ⟦PHONE:2⟧, ⟦PHONE:3⟧",
  ],
  [
    "020 7946 0958, 01 23 45 67 89, 01.23.45.67.89",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧, ⟦PHONE:2⟧, ⟦PHONE:2⟧",
  ],
  [
    "03-1234-5678, 010-1234-5678, 044 668 18 00",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧, ⟦PHONE:2⟧, ⟦PHONE:3⟧",
  ],
  [
    "8 (912) 345-67-89, (11) 91234-5678, 138 1234 5678",
    ["phone", "phone", "phone"],
    "⟦PHONE:1⟧, ⟦PHONE:2⟧, ⟦PHONE:3⟧",
  ],
  [
    "Tel. 612 345 678, phone: 9876543210, Mobil 0171 2345678",
    ["phone", "phone", "phone"],
    "Tel. ⟦PHONE:1⟧, phone: ⟦PHONE:2⟧, Mobil ⟦PHONE:3⟧",
  ],
  ["f(\"202 456 1414\", '98765 43210')", ["phone", "phone"], "f(\"⟦PHONE:1⟧\", '⟦PHONE:2⟧')"],
  ["01712345678", ["phone"], "⟦PHONE:1⟧"],
  [
    "DE89 3704 0044 0532 0130 00 or GB82WEST12345698765432",
    ["iban", "iban"],
    "⟦IBAN:1⟧ or ⟦IBAN:2⟧",
  ],
  ["BE68 5390 0754 7034 NOW, de89370400440532013000", ["iban", "iban"], "⟦IBAN:1⟧ NOW, ⟦IBAN:2⟧"],
  [
    "4111 1111 1111 1111, 5500-0000-0000-0004, 378282246310005",
    ["card", "card", "card"],
    "⟦CARD:1⟧, ⟦CARD:2⟧, ⟦CARD:3⟧",
  ],
  ["3782 822463 10005", ["card"], "⟦CARD:1⟧"],
  ["from 84.17.52.9 and 2a02:8108:9640::1f", ["ip", "ip"], "from ⟦IP:1⟧ and ⟦IP:2⟧"],
  ["SSN 123-45-6789, NINO QQ 12 34 56 C", ["id"], "SSN ⟦ID:1⟧, NINO QQ 12 34 56 C"],
  [
    "AB 12 34 56 C, 12345678Z, X1234567L, RSSMRA85T10A562S",
    ["id", "id", "id", "id"],
    "⟦ID:1⟧, ⟦ID:2⟧, ⟦ID:3⟧, ⟦ID:4⟧",
  ],
  [
    "2 55 08 14 168 025 38, 756.9217.0769.85, 111.444.777-35",
    ["id", "id", "id"],
    "⟦ID:1⟧, ⟦ID:2⟧, ⟦ID:3⟧",
  ],
  ["811218-9876, 131052-308T, 11010519491231002X", ["id", "id", "id"], "⟦ID:1⟧, ⟦ID:2⟧, ⟦ID:3⟧"],
])("takes out of '%s' what is a person's", (text, kinds, expected) => {
  expect(cleaned(text)).toEqual({ value: expected, kinds });
});

it.each([
  "x@example.com, root@localhost.test and a@b, git@github.com:owner/repo",
  "@scope/pkg@1.2.3-beta.rc, lodash@4.17.21, (a@b.transpose(1))",
  "4111 1111 1111 1112, 1234567890123456, 3.4111111111111111, 1700000000000000",
  "DE88 3704 0044 0532 0130 00",
  "1 + 22 33 and a+1 23, [1, 2, 3], 0000 0000 0000 0000",
  "+1.2345678 and +48.137154, +11.575382 or +12345678.9",
  "01-02-2024, 01/02/2024, 01 02 2024, 2024-01-02T03:04:05Z, 01.02.2024, 02/2024-03/2025",
  "1,234,567.89 EUR, 12 345 678, 1 234 567 890, 0.0171 234567, +12 345 678 EUR",
  "550e8400-e29b-41d4-a716-446655440000, 0378-5955, 978-3-16-148410-0, 02139-4307",
  "01 02 03 04 05 06 07 and 0101 1010 0110, 01 23 45 67 89 ab",
  "version 12.34.56.78, 1.2.3.4, 10.0.19041.1, 1.3.6.1.4.1.311, 127.0.0.1, 255.255.255.0",
  "std::vector, a::b, dead::beef, 12:34:56, ::1, face::add",
  "0123456789, id 4503599627370497, 20261201120000, 1764558000000, 0x0171234567",
  "Nature 625 (2024) 468-475; rows 100-200; 10-20-30; 1-2-3-4-5-6-7-8-9",
  "for (let i = 0; i < 1664525; i++) seed = (1103515245 * seed + 12345) % 2147483648;",
  "foo(202) - 4561414; x[0171]; f(0.5772156649, 2.718281828459045)",
  "ABCDEFGH, HELLO WORLD 2024, 12345678A, 000-12-3456, 912-34-5678",
  "10 20 30 40 50, 5 0 171 23, 3-4-5, 202 456 14",
])("leaves '%s' alone", (text) => {
  expect(cleaned(text)).toEqual({ value: text, kinds: [] });
});

it("replaces keys, numbers and what stands under a telephone's key", () => {
  const { value, kinds } = cleaned({
    "jane@firma.de": { mail: "Jane@firma.de", card: 4111111111111111, price: 20_245_614 },
    phoneNumber: 2024561414,
    mobile: ["612 345 678"],
    amount: 2024561414,
  });
  expect(value).toEqual({
    "⟦EMAIL:1⟧": { mail: "⟦EMAIL:1⟧", card: "⟦CARD:1⟧", price: 20_245_614 },
    phoneNumber: "⟦PHONE:1⟧",
    mobile: ["⟦PHONE:2⟧"],
    amount: 2024561414,
  });
  expect(kinds).toHaveLength(5);
});

it("finds nothing in the project's own programs, whose numbers are no person's", () => {
  // The file of the telephone numbers names some as examples.
  const files = globSync("{src,sandbox,toolstore,evaluators}/**/*.ts").filter(
    (file) => !file.endsWith("text/phone.ts"),
  );
  const found = files.flatMap((file) => {
    const { kinds } = cleaned(readFileSync(file, "utf8"));
    return kinds.length === 0 ? [] : [[file, kinds]];
  });
  expect(files.length).toBeGreaterThan(500);
  expect(found).toEqual([]);
});
