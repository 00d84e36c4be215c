import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stem } from "../../../src/core/text/stem.ts";
import { terms, words } from "../../../src/core/text/terms.ts";

describe("stems", () => {
  // Word and stem as printed in the algorithm's own description (snowballstem.org, "english").
  it.each([
    ["consigned", "consign"],
    ["consistency", "consist"],
    ["consolingly", "consol"],
    ["conspiracy", "conspiraci"],
    ["knaves", "knave"],
    ["kneeling", "kneel"],
    ["knitted", "knit"],
    ["cries", "cri"],
    ["ties", "tie"],
    ["gas", "gas"],
    ["kiwis", "kiwi"],
    ["hopping", "hop"],
    ["hoping", "hope"],
    ["say", "say"],
    ["generically", "generic"],
    ["dying", "die"],
    ["proceed", "proceed"],
  ])("takes %s to %s", (word, expected) => {
    expect(stem(word)).toBe(expected);
  });

  it("gives a shorter or equal word for any letters, and never throws", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), (word) => {
        expect(stem(word).length).toBeLessThanOrEqual(word.length + 1);
      }),
    );
  });
});

describe("words", () => {
  it("takes identifiers apart", () => {
    expect(words("packItems_online2 HTTPServer XMLHttpRequest")).toEqual([
      "pack",
      "items",
      "online",
      "2",
      "http",
      "server",
      "xml",
      "http",
      "request",
    ]);
  });

  it("reads other scripts and drops accents", () => {
    expect(words("Größe résumé")).toEqual(["große", "resume"]);
    expect(words("装箱")).toEqual(["装", "箱"]);
  });

  it("gives an identifier and its words the same terms", () => {
    expect(terms("packItemsOnline")).toEqual(terms("Packing the items online"));
  });

  it("leaves the words of asking out", () => {
    expect(terms("could you please help me find the")).toEqual([]);
  });
});
