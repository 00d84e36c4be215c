/** Qdrant's filters over payloads in memory: the part of them that a tool store asks with. */
export type Json = unknown;
export type Payload = Readonly<Record<string, Json>>;

interface Condition {
  readonly key?: string;
  readonly match?: {
    readonly value?: Json;
    readonly any?: readonly Json[];
    readonly except?: readonly Json[];
  };
  readonly range?: Readonly<Record<"gt" | "gte" | "lt" | "lte", number | null | undefined>>;
  readonly has_id?: readonly (string | number)[];
  readonly is_empty?: { readonly key: string };
  readonly must?: Clause;
  readonly should?: Clause;
  readonly must_not?: Clause;
}
type Clause = Condition | readonly Condition[] | null | undefined;
export type Filter = Pick<Condition, "must" | "should" | "must_not">;

export function admits(
  filter: Filter | null | undefined,
  id: string | number,
  payload: Payload,
): boolean {
  if (filter === null || filter === undefined) return true;
  const holds = (condition: Condition): boolean => conditionHolds(condition, id, payload);
  const should = list(filter.should);
  return (
    list(filter.must).every(holds) &&
    (should.length === 0 || should.some(holds)) &&
    !list(filter.must_not).some(holds)
  );
}

/** Payload keys that a filter looks at. */
export function keysOf(filter: Filter | null | undefined): string[] {
  if (filter === null || filter === undefined) return [];
  return [...list(filter.must), ...list(filter.should), ...list(filter.must_not)].flatMap(
    (condition) => [
      ...(condition.key === undefined ? [] : [condition.key]),
      ...(condition.is_empty === undefined ? [] : [condition.is_empty.key]),
      ...keysOf(condition),
    ],
  );
}

function conditionHolds(condition: Condition, id: string | number, payload: Payload): boolean {
  if (condition.has_id !== undefined) return condition.has_id.includes(id);
  if (condition.is_empty !== undefined)
    return valuesOf(payload[condition.is_empty.key]).length === 0;
  if (condition.key === undefined) return admits(condition, id, payload);
  const values = valuesOf(payload[condition.key]);
  const { match, range } = condition;
  if (match?.value !== undefined) return values.includes(match.value);
  if (match?.any !== undefined) return values.some((value) => match.any?.includes(value));
  if (match?.except !== undefined) return values.some((value) => !match.except?.includes(value));
  if (range === undefined) throw new Error(`no such condition here: ${JSON.stringify(condition)}`);
  return values.some((value) => typeof value === "number" && within(value, range));
}

function within(value: number, { gt, gte, lt, lte }: NonNullable<Condition["range"]>): boolean {
  return (
    (gt === null || gt === undefined || value > gt) &&
    (gte === null || gte === undefined || value >= gte) &&
    (lt === null || lt === undefined || value < lt) &&
    (lte === null || lte === undefined || value <= lte)
  );
}

/** Of an array any element counts; null and an empty array hold nothing. */
function valuesOf(value: Json): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function list(clause: Clause): readonly Condition[] {
  if (clause === null || clause === undefined) return [];
  return Array.isArray(clause) ? clause : [clause as Condition];
}
