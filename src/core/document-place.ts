/**
 * The position of a field in a parsed YAML or JSON document.
 *
 * It does not depend on the parser: it reads only nodes with ranges, and mappings with pairs. The caller
 * parses the document.
 */

/** A document of the package `yaml`. */
export interface PlacedDocument {
  readonly contents: unknown;
  readonly range?: readonly number[] | null | undefined;
  getIn(path: Iterable<unknown>, keepScalar: true): unknown;
}

interface PlacedNode {
  readonly range?: readonly number[] | null;
  /** The pairs of a mapping. */
  readonly items?: readonly { readonly key?: PlacedNode & { readonly value?: unknown } }[];
}

/** Offset of a field: of its key in a mapping, of its value in a list; if it is missing, of its parent. */
export function offsetOf(document: PlacedDocument, path: readonly PropertyKey[]): number {
  const start = document.range?.[0] ?? 0;
  if (path.length === 0) return (document.contents as PlacedNode | null)?.range?.[0] ?? start;
  const parentPath = path.slice(0, -1);
  const parent = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
  const pair = (parent as PlacedNode | null | undefined)?.items?.find(
    ({ key }) => key !== undefined && String(key?.value) === String(path.at(-1)),
  );
  const node = pair?.key ?? (document.getIn(path, true) as PlacedNode | null | undefined);
  return node?.range?.[0] ?? offsetOf(document, parentPath);
}
