import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../../../src/core/text/html.ts";

describe("html", () => {
  it("escapes what is put in, in text and in attributes, and leaves its own markup", () => {
    const evil = `"><script>alert('1 & 2')</script>`;
    expect(html`<p title="${evil}">${evil}</p>`.markup).toBe(
      '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)&lt;/script&gt;">' +
        "&quot;&gt;&lt;script&gt;alert(&#39;1 &amp; 2&#39;)&lt;/script&gt;</p>",
    );
    const items = ["<", "b"].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${3}${{ markup: "<hr>" }}`.markup).toBe(
      "<ul><li>&lt;</li><li>b</li></ul>3<hr>",
    );
  });

  it("shows what is invisible or turns the text around", () => {
    expect(html`${"a\u202eb\u0000c\u200bd\ud800"}`.markup).toBe("a\\u202eb\\u0000c\\u200bd\ufffd");
  });

  it("of any text has no sign of markup in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
