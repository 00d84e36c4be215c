/**
 * Properties of a whole file that decide about its rows: whether it contains images, and the type of
 * each column.
 */
import type { Json } from "../core/json.ts";
import type { Row } from "./chat.ts";
import { type Format, RULES } from "./formats.ts";
import type { Sketch } from "./limits.ts";
import type { ResolvedOptions } from "./options.ts";

/** Whether the file is one with images. A column has one type in all rows, with or without images. */
export function isPictured(format: Format, examples: readonly Sketch[]): boolean {
  const { images, callsWithImages = true } = RULES[format];
  const shown = examples.filter((example) => example.images.length > 0).length;
  const called = examples.filter(({ hasCalls }) => hasCalls).length;
  return images !== undefined && shown > 0 && (callsWithImages || shown >= called);
}

/** Why the images of an example cannot be exported. */
export function imageFault(
  { format, images: wanted }: Pick<ResolvedOptions, "format" | "images">,
  pictured: boolean,
  { images }: Pick<Sketch, "images">,
  hasImage: (sha256: string) => boolean,
): string | undefined {
  if (images.length === 0) return undefined;
  if (wanted === "drop") return "images, which were not asked for";
  const rules = RULES[format];
  if (rules.images === undefined) return "images, which the format does not hold";
  if (!pictured)
    return "images, which its reader cannot combine with the more numerous rows with tool calls";
  for (const image of images) {
    if ("url" in image) {
      if (rules.addresses !== true)
        return "an image by its address, which its reader does not fetch";
    } else if (!hasImage(image.sha256)) {
      return "an image whose bytes are not in the trace";
    }
  }
  return undefined;
}

/**
 * Arrow columns have one type: whether a value of the row has another type than in earlier rows, whose
 * types are in `types` by path. The row's types are added only if there is no conflict.
 */
export function clashes(row: Row, types: Map<string, string>): boolean {
  const found = new Map<string, string>();
  const visit = (value: Json, path: string): boolean => {
    if (value === null) return false;
    const type = Array.isArray(value) ? "list" : typeof value;
    const known = found.get(path) ?? types.get(path);
    if (known !== undefined && known !== type) return true;
    found.set(path, type);
    if (typeof value !== "object") return false;
    if (Array.isArray(value)) return value.some((item: Json) => visit(item, `${path}[]`));
    return Object.entries(value).some(([key, item]) =>
      visit(item, `${path}.${JSON.stringify(key)}`),
    );
  };
  if (visit(row, "")) return true;
  for (const [path, type] of found) types.set(path, type);
  return false;
}
