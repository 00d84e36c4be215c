/**
 * Images between traces and files. While runs are read, the bytes are stored once on disk, by digest;
 * examples contain only facts about the images.
 */
import { InvariantError } from "../core/errors.ts";
import type { Shown } from "../core/events/model.ts";
import {
  bytesOf,
  type InlineImage,
  imageDigest,
  imageFacts,
  imagesAfterResults,
} from "../core/image.ts";
import type { Json } from "../core/json.ts";
import type { ChatMessage, ExampleImage, StoredImage } from "./examples.ts";
import type { Place, Spill } from "./spill.ts";

export interface ImageSpool {
  /** Stores the bytes; returns the facts that replace the image. */
  keep(image: InlineImage): StoredImage;
  has(sha256: string): boolean;
  /** The file's bytes. */
  bytes(sha256: string): Buffer;
}

export function imageSpool(spill: Spill): ImageSpool {
  const kept = new Map<string, { readonly image: StoredImage; readonly place: Place }>();
  return {
    keep(image) {
      const sha256 = imageDigest(image);
      const known = kept.get(sha256);
      if (known !== undefined) return known.image;
      const bytes = bytesOf(image);
      const { width, height } = imageFacts(bytes) ?? { width: 0, height: 0 };
      const { type, mimeType } = image;
      const stored = { type, mimeType, sha256, bytes: bytes.length, width, height };
      kept.set(sha256, { image: stored, place: spill.put(bytes) });
      return stored;
    },
    has: (sha256) => kept.has(sha256),
    bytes(sha256) {
      const known = kept.get(sha256);
      if (known === undefined) throw new InvariantError(`The image ${sha256} was not stored.`);
      return spill.bytes(known.place);
    },
  };
}

/** Converts the images of a traced message to images of an example. */
export function putAside(shown: readonly Shown[] | undefined): {
  readonly images?: readonly ExampleImage[];
} {
  const images = (shown ?? []).flatMap((image): readonly ExampleImage[] =>
    "data" in image ? [] : [image],
  );
  return images.length === 0 ? {} : { images };
}

/** A value with stored images replaced by text, and the images in order. */
export function separateImages(value: Json): {
  readonly value: Json;
  readonly images: readonly StoredImage[];
} {
  const images: StoredImage[] = [];
  const visit = (item: Json): Json => {
    if (item === null || typeof item !== "object") return item;
    if (isStored(item)) {
      images.push(item);
      return storedWords(item);
    }
    if (Array.isArray(item)) return item.map(visit);
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, visit(inner)]));
  };
  return { value: visit(value), images };
}

function isStored(value: object): value is StoredImage {
  const { type, sha256, width, height } = value as Partial<StoredImage>;
  const sized = typeof width === "number" && typeof height === "number";
  return type === "image" && sized && /^[0-9a-f]{64}$/.test(String(sha256));
}

/** The text for an image, as a model gets it. */
export function storedWords(image: ExampleImage): string {
  if ("url" in image) return `[image: ${image.url}]`;
  const { mimeType, width, height, sha256 } = image;
  return `[image: ${mimeType}, ${width} x ${height} pixels, ${sha256.slice(0, 12)}]`;
}

/** Path of the image, relative to the rows. */
export function imagePath({ sha256, mimeType }: StoredImage): string {
  return `images/${sha256}.${mimeType.replace("image/", "").replace("jpeg", "jpg")}`;
}

/** A placeholder in a row; the image's bytes replace it as a data URI when the row is written. */
export function imageUri(image: ExampleImage): string {
  return "url" in image ? image.url : `data:${image.mimeType};base64,⟦${image.sha256}⟧`;
}

/** The row with its images inserted. */
export function withBytes(line: string, spool: ImageSpool): string {
  return line.replace(/(data:image\/[a-z]+;base64,)⟦([0-9a-f]{64})⟧/g, (place, head, sha256) =>
    spool.has(sha256) ? `${head}${spool.bytes(sha256).toString("base64")}` : place,
  );
}

/**
 * For readers that accept images only in user messages: images of results go into a user message after
 * the last result, as models of such services got them.
 */
export function imagesByUser(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const placed: ChatMessage[] = [];
  let waiting: readonly ExampleImage[] = [];
  const place = (content: string, own: readonly ExampleImage[]): void => {
    const words = waiting.length === 0 ? [] : [imagesAfterResults(waiting.map(storedWords))];
    const images = [...waiting, ...own];
    waiting = [];
    placed.push({
      role: "user",
      content: [...words, content].filter((text) => text !== "").join("\n\n"),
      ...(images.length === 0 ? {} : { images }),
    });
  };
  for (const message of messages) {
    if (message.role === "tool") {
      const { images = [], ...rest } = message;
      waiting = [...waiting, ...images];
      placed.push(rest);
    } else if (message.role === "user") {
      place(message.content, message.images ?? []);
    } else {
      if (waiting.length > 0) place("", []);
      placed.push(message);
    }
  }
  if (waiting.length > 0) place("", []);
  return placed;
}
