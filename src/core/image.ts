/**
 * Images in JSON values. The shape is the image block of MCP, so images from a tool's result and from
 * a person have the same form, and every part of the engine recognises them.
 *
 * Takes bytes or JSON; gives checked images, their sizes, and the texts that replace them.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { InputError } from "./errors.ts";
import type { Json } from "./json.ts";

export const MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Maximum size of one image file: every supported provider accepts it. */
export const IMAGE_BYTES = 5_000_000;
/** Maximum number of images in one request. */
export const MAX_IMAGES = 10;

const Inline = z.strictObject({
  type: z.literal("image"),
  mimeType: z.enum(MEDIA_TYPES),
  /** The file's bytes in base64. */
  data: z.base64().min(1),
});
const Linked = z.strictObject({
  type: z.literal("image"),
  /** Fetched by the provider, not by the engine. */
  url: z.url({ protocol: /^https$/ }),
});
export type InlineImage = z.output<typeof Inline>;
export type Image = InlineImage | z.output<typeof Linked>;

/** An image from outside. Its bytes, not its name, must show a known type, and it must not be too large. */
export const Image: z.ZodType<Image> = z.union([Linked, Inline]).superRefine((image, context) => {
  const fault = "url" in image ? undefined : faultOf(bytesOf(image), image.mimeType);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

export interface ImageFacts {
  readonly mimeType: MediaType;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param name The file's name, for the error. @throws InputError BAD_IMAGE */
export function imageOf(bytes: Buffer, name: string): Image {
  const fault = faultOf(bytes);
  const facts = imageFacts(bytes);
  if (fault !== undefined || facts === undefined) {
    throw new InputError("BAD_IMAGE", `${name}: expected ${fault ?? "an image"}`);
  }
  return { type: "image", mimeType: facts.mimeType, data: bytes.toString("base64") };
}

function faultOf(bytes: Buffer, declared?: MediaType): string | undefined {
  const facts = imageFacts(bytes);
  if (facts === undefined) {
    return "a complete PNG, JPEG, WebP or GIF image, got bytes of another or a truncated format. Convert it.";
  }
  if (declared !== undefined && facts.mimeType !== declared) {
    return `an image of type ${declared}, got bytes of ${facts.mimeType}. Declare that type.`;
  }
  if (bytes.length > IMAGE_BYTES) {
    return `an image of at most ${IMAGE_BYTES} bytes, got ${bytes.length}. Scale it down.`;
  }
  return undefined;
}

export function bytesOf({ data }: Pick<InlineImage, "data">): Buffer {
  return Buffer.from(data, "base64");
}

/** Whether a value is an image with its bytes: checks its shape and the first bytes. */
export function isInlineImage(value: unknown): value is InlineImage {
  if (value === null || typeof value !== "object") return false;
  const { type, mimeType, data } = value as Readonly<Record<string, unknown>>;
  return type === "image" && typeof data === "string" && mimeType === kindOf(data);
}

function kindOf(data: string): MediaType | undefined {
  return magicOf(Buffer.from(data.slice(0, 32), "base64"));
}

function magicOf(bytes: Buffer): MediaType | undefined {
  const text = bytes.toString("latin1", 0, 16);
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}

/** Type and size of an image file, from its header; undefined if it is not an image or is truncated there. */
export function imageFacts(bytes: Buffer): ImageFacts | undefined {
  const mimeType = magicOf(bytes);
  if (mimeType === undefined) return undefined;
  try {
    const [width, height] = SIZES[mimeType](bytes);
    return width > 0 && height > 0 ? { mimeType, width, height } : undefined;
  } catch (error) {
    // A read beyond the end: the file is truncated.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Size = readonly [width: number, height: number];

const SIZES: Readonly<Record<MediaType, (bytes: Buffer) => Size>> = {
  // IHDR is the first chunk.
  "image/png": (bytes) => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
  "image/gif": (bytes) => [bytes.readUInt16LE(6), bytes.readUInt16LE(8)],
  "image/jpeg": jpegSize,
  "image/webp": webpSize,
};

/** In the first frame header (SOF0 to SOF15 without DHT, JPG and DAC; ITU T.81, B.2.2). */
function jpegSize(bytes: Buffer): Size {
  for (let at = 2; ; ) {
    if (bytes.readUInt8(at) !== 0xff) return [0, 0];
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    } else at += 2 + bytes.readUInt16BE(at + 2);
  }
}

/** Three layouts: lossy, lossless, extended (RFC 9649, 2.5 to 2.7). */
function webpSize(bytes: Buffer): Size {
  switch (bytes.toString("latin1", 12, 16)) {
    case "VP8 ":
      return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case "VP8X":
      return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1];
    default:
      return [0, 0];
  }
}

/** SHA-256 of the file's bytes. */
export function imageDigest(image: InlineImage): string {
  return createHash("sha256").update(bytesOf(image)).digest("hex");
}

/** The text that replaces an image. */
export function imageText(image: Image): string {
  if ("url" in image) return `[image: ${image.url}]`;
  const { width, height } = imageFacts(bytesOf(image)) ?? { width: 0, height: 0 };
  return `[image: ${image.mimeType}, ${width} x ${height} pixels, ${imageDigest(image).slice(0, 12)}]`;
}

/** The text of a message that holds the images of earlier tool results. */
export function imagesAfterResults(words: readonly string[]): string {
  return `Images of the results above, in this order: ${words.join(", ")}`;
}

/** A copy of the value with a text in place of each image, and the images in order. */
export function splitImages(value: Json): {
  readonly value: Json;
  readonly images: readonly Image[];
} {
  const images: Image[] = [];
  const words = replaceImages(value, (image) => {
    images.push(image);
    return imageText(image);
  });
  return { value: words, images };
}

/** A copy of the value with its images replaced; the same value if it has none. */
export function replaceImages(value: Json, replace: (image: InlineImage) => Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (isInlineImage(value)) {
    return replace({ type: "image", mimeType: value.mimeType, data: value.data });
  }
  let changed = false;
  const visit = (item: Json): Json => {
    const visited = replaceImages(item, replace);
    changed ||= visited !== item;
    return visited;
  };
  const copy: Json = Array.isArray(value)
    ? value.map(visit)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
  return changed ? copy : value;
}

/**
 * An estimate of an image's size in model tokens: one token for 28 x 28 pixels (Qwen2-VL,
 * arXiv 2409.12191), 4 to 16,384. Providers scale and price differently: from 85 to several
 * thousand. An image of unknown size, given by its address, counts 1,000.
 */
export function imageTokens(size: Pick<ImageFacts, "width" | "height"> | undefined): number {
  if (size === undefined) return 1_000;
  return Math.min(16_384, Math.max(4, Math.ceil(size.width / 28) * Math.ceil(size.height / 28)));
}

export function sizeOf(image: Image): ImageFacts | undefined {
  return "url" in image ? undefined : imageFacts(bytesOf(image));
}
