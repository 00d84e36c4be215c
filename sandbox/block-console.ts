/**
 * The console of a Markdown block: records what Node's would print. Its clock stands still, as
 * everywhere in the sandbox, so timers show 0 ms.
 *
 * `blockConsole` is sent as text into the block's program, so it refers to nothing outside itself.
 */

/** @returns The lines printed so far; they grow while the block runs. */
export function blockConsole(): readonly string[] {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  const timers = new Set<string>();
  let indent = "";

  const textOf = (value: unknown): string => {
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return String(value);
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const formatted = ([first, ...rest]: readonly unknown[]): string => {
    const left = [...rest];
    const head =
      typeof first === "string" && rest.length > 0
        ? first.replace(/%([sdifjoOc%])/g, (mark: string, kind: string) => {
            if (kind === "%") return "%";
            if (left.length === 0) return mark;
            const value = left.shift();
            if (kind === "c") return "";
            if (kind === "i") return String(Number.parseInt(String(value), 10));
            if (kind === "d" || kind === "f") return String(Number(value));
            return textOf(value);
          })
        : textOf(first);
    return [head, ...left.map(textOf)].join(" ");
  };
  const print = (text: string): void => {
    for (const line of text.split("\n")) lines.push(indent + line);
  };
  const log = (...values: unknown[]): void => print(values.length === 0 ? "" : formatted(values));
  const timer = (label: string, then: () => void): void => {
    if (timers.has(label)) then();
    else print(`Warning: No such label '${label}'`);
  };

  /** Rows of a list or a mapping; columns are the fields of the rows, or "Values". */
  const table = (data: unknown, only?: readonly string[]): void => {
    if (typeof data !== "object" || data === null) {
      log(data);
      return;
    }
    const rows = Object.entries(data);
    const isRow = (value: unknown): value is object => typeof value === "object" && value !== null;
    const fields = new Set(rows.flatMap(([, row]) => (isRow(row) ? Object.keys(row) : [])));
    const columns = only ?? [...fields];
    const plain = rows.some(([, row]) => !isRow(row));
    const cells = [
      ["(index)", ...columns, ...(plain ? ["Values"] : [])],
      ...rows.map(([key, row]) => [
        key,
        ...columns.map((name) => (isRow(row) && name in row ? textOf(Reflect.get(row, name)) : "")),
        ...(plain ? [isRow(row) ? "" : textOf(row)] : []),
      ]),
    ];
    const widths = (cells[0] ?? []).map((_, at) =>
      Math.max(...cells.map((row) => row[at]?.length ?? 0)),
    );
    const rule = (left: string, middle: string, right: string): string =>
      left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
    const body = cells.map(
      (row) => `│ ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" │ ")} │`,
    );
    print(
      [
        rule("┌", "┬", "┐"),
        body[0],
        rule("├", "┼", "┤"),
        ...body.slice(1),
        rule("└", "┴", "┘"),
      ].join("\n"),
    );
  };

  const open = (...values: unknown[]): void => {
    if (values.length > 0) log(...values);
    indent += "  ";
  };
  Object.assign(console, {
    ...{ log, info: log, warn: log, error: log, debug: log, dirxml: log },
    dir: (value: unknown) => log(value),
    trace: (...values: unknown[]) =>
      print(["Trace", ...(values.length > 0 ? [formatted(values)] : [])].join(": ")),
    assert: (fine: unknown, ...values: unknown[]) => {
      if (!fine)
        print(["Assertion failed", ...(values.length > 0 ? [formatted(values)] : [])].join(": "));
    },
    table,
    ...{ group: open, groupCollapsed: open },
    groupEnd: () => {
      indent = indent.slice(2);
    },
    count: (label: unknown = "default") => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      print(`${label}: ${count}`);
    },
    countReset: (label: unknown = "default") => void counts.delete(String(label)),
    time: (label: unknown = "default") => void timers.add(String(label)),
    timeLog: (label: unknown = "default", ...values: unknown[]) =>
      timer(String(label), () => print([`${label}: 0ms`, ...values.map(textOf)].join(" "))),
    timeEnd: (label: unknown = "default") =>
      timer(String(label), () => {
        timers.delete(String(label));
        print(`${label}: 0ms`);
      }),
    clear: () => undefined,
  });
  return lines;
}
