/**
 * The images of a page: each is shown once, at the end, and texts link to it by name. Images given by
 * URL stay links: a page loads nothing.
 */
import type { Shown } from "../core/events/model.ts";
import {
  type Image,
  type InlineImage,
  imageDigest,
  imageText,
  splitImages,
} from "../core/image.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { html, type Markup } from "../core/text/html.ts";

export interface Gallery {
  /** Links to the images. */
  links(images: readonly Shown[] | undefined): Markup;
  /** A value as text, with images replaced by text. */
  text(value: Json): string;
  /** All images that were linked so far. */
  all(): Markup;
}

/** Maximum bytes of images in a page; further images are only named. */
const SHOWN_BYTES = 50_000_000;

export function gallery(): Gallery {
  const images = new Map<string, InlineImage>();
  const note = (image: Image): string | undefined => {
    if ("url" in image) return undefined;
    const name = imageDigest(image).slice(0, 12);
    images.set(name, image);
    return name;
  };
  return {
    links(shown = []) {
      return html`${shown.flatMap((each) => {
        if ("sha256" in each) return [];
        const image = each as Image;
        const name = note(image);
        const words = imageText(image);
        return [
          html`<p>${name === undefined ? words : html`<a href="#image-${name}">${words}</a>`}</p>`,
        ];
      })}`;
    },
    text(value) {
      const { value: words, images: found } = splitImages(value);
      found.forEach(note);
      return typeof words === "string" ? words : canonicalJson(words);
    },
    all() {
      if (images.size === 0) return html``;
      let bytes = 0;
      const figures = [...images].map(([name, image]) => {
        bytes += image.data.length;
        const source = `data:${image.mimeType};base64,${image.data}`;
        const picture =
          bytes > SHOWN_BYTES
            ? html`(left out: the page is large)`
            : html`<img src="${source}" alt="">`;
        return html`<figure id="image-${name}">${picture}<figcaption>${imageText(image)}</figcaption></figure>`;
      });
      return html`<h2>Images</h2><div class="images">${figures}</div>`;
    },
  };
}
