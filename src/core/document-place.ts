/**
 * Where a field of a parsed YAML or JSON document stands.
 *
 * Knows of the parser only what it reads: nodes with ranges, and mappings with pairs. Whoever parses
 * brings the document.
 */

/** As the package `yaml` gives it. */
export interface PlacedDocument {
  readonly contents: unknown;
  readonly range?: readonly number[] | null | undefined;
  getIn(path: Iterable<unknown>, keepScalar: true): unknown;
}

interface PlacedNode {
  readonly range?: readonly number[] | null;
  /** Of a mapping: its pairs. */
  readonly items?: readonly { readonly key?: PlacedNode & { readonly value?: unknown } }[];
}

/** Offset of a field: of its key in a mapping, of the value in a list; else of what is around it. */
export function offsetOf(document: PlacedDocument, path: readonly PropertyKey[]): number {
  const start = document.range?.[0] ?? 0;
  if (path.length === 0) return (document.contents as PlacedNode | null)?.range?.[0] ?? start;
  const above = path.slice(0, -1);
  const around = above.length === 0 ? document.contents : document.getIn(above, true);
  const pair = (around as PlacedNode | null | undefined)?.items?.find(
    ({ key }) => key !== undefined && String(key?.value) === String(path.at(-1)),
  );
  const node = pair?.key ?? (document.getIn(path, true) as PlacedNode | null | undefined);
  return node?.range?.[0] ?? offsetOf(document, above);
}
