import { describe, expect, it } from "vitest";
import {
  Image,
  imageFacts,
  imageOf,
  imageTokens,
  isInlineImage,
  splitImages,
} from "../../src/core/image.ts";
import { gif, jpeg, png, webp } from "../support/images.ts";

const FILES = {
  "image/png": png(40, 20, [1, 2, 3]),
  "image/jpeg": jpeg(40, 20),
  "image/webp": webp(40, 20),
  "image/gif": gif(40, 20),
};

describe("an image", () => {
  it.each(Object.entries(FILES))(
    "of type %s is known by its bytes, with its size",
    (type, bytes) => {
      expect(imageFacts(bytes)).toEqual({ mimeType: type, width: 40, height: 20 });
      expect(imageOf(bytes, "a")).toMatchObject({ type: "image", mimeType: type });
    },
  );

  it.each(Object.entries(FILES))("of type %s that is cut in its head is none", (_, bytes) => {
    for (let length = 0; length < 16; length++) {
      expect(imageFacts(bytes.subarray(0, Math.min(length, 9)))).toBeUndefined();
    }
  });

  it("is refused when it says another type than its bytes do", () => {
    const data = FILES["image/gif"].toString("base64");
    expect(Image.safeParse({ type: "image", mimeType: "image/gif", data }).success).toBe(true);
    expect(Image.safeParse({ type: "image", mimeType: "image/png", data }).success).toBe(false);
    expect(Image.safeParse({ type: "image", url: "https://x.example/a.png" }).success).toBe(true);
    expect(Image.safeParse({ type: "image", url: "file:///etc/passwd" }).success).toBe(false);
  });

  it("is found wherever it stands in a value, and words take its place", () => {
    const image = imageOf(FILES["image/png"], "a");
    const found = splitImages({ list: ["before", { ...image, annotations: {} }], other: 1 });
    expect(found.images).toEqual([image]);
    expect(JSON.stringify(found.value)).toContain("[image: image/png, 40 x 20 pixels, ");
    expect(JSON.stringify(found.value)).not.toContain(String(Reflect.get(image, "data")));
    const plain = { type: "image", mimeType: "image/png", data: "sk-this-is-no-picture" };
    expect(isInlineImage(plain)).toBe(false);
    expect(splitImages(plain)).toEqual({ value: plain, images: [] });
  });

  it("is estimated at a token for 28 x 28 pixels, within bounds", () => {
    expect(imageTokens({ width: 280, height: 56 })).toBe(20);
    expect(imageTokens({ width: 1, height: 1 })).toBe(4);
    expect(imageTokens({ width: 1e5, height: 1e5 })).toBe(16_384);
  });
});
