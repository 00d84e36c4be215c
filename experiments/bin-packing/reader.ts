/**
 * Reads bin-packing instances in OR-Library's text format or JSON.
 *
 * Text: the number of problems; then for each problem a line with its name, a line "capacity items
 * best", and its items, one per line. JSON: { capacity?, instances: [{ name?, capacity?, items: [...] }] }.
 * A fault is an InputError that names the file, the line or JSON path, and the field.
 */
import { InputError, type Json } from "../../src/index.ts";
import type { PackingInstance } from "./instances.ts";

/**
 * @param fileName For messages; the file is not opened.
 * @returns At least one instance; items in order of arrival, above 0, at most the capacity.
 * @throws InputError BAD_DATA
 */
export function readInstances(text: string, fileName: string): PackingInstance[] {
  if (text.includes("\0") || text.includes("\uFFFD")) {
    throw bad(fileName, "expected text in UTF-8, got other bytes; give OR-Library text or JSON");
  }
  const start = text.trimStart()[0];
  if (start === undefined) {
    throw bad(fileName, "expected instances, got an empty file; give OR-Library text or JSON");
  }
  return start === "{" || start === "[" ? readJson(text, fileName) : readText(text, fileName);
}

function readText(text: string, fileName: string): PackingInstance[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  let last = lines.length;
  while (last > 0 && lines[last - 1] === "") last--;
  let at = 0;
  const take = (what: string): string => {
    while (at < last && lines[at] === "") at++;
    if (at >= last) {
      throw bad(
        fileName,
        `expected ${what}, got the end of the file; it is truncated`,
        `line ${last}`,
      );
    }
    return lines[at++] as string;
  };
  const fail = (message: string): InputError => bad(fileName, message, `line ${at}`);

  const head = take("the number of problems");
  const problems = wholeNumber(head);
  if (problems === undefined) {
    throw fail(
      `expected the number of problems (a whole number above 0), got ${quote(head)}; give OR-Library text or JSON`,
    );
  }
  const instances: PackingInstance[] = [];
  for (let problem = 1; problem <= problems; problem++) {
    const name = take(`problem ${problem} of ${problems}`);
    const header = take(`"capacity items best" of problem ${name}`);
    const [capacityText = "", countText = "", bestText, ...rest] = header.split(/\s+/);
    const capacity = positiveNumber(capacityText);
    if (capacity === undefined || rest.length > 0) {
      throw fail(
        `expected "capacity items best" of problem ${name}, capacity a number above 0, got ${quote(header)}`,
      );
    }
    const count = wholeNumber(countText);
    if (count === undefined) {
      throw fail(
        `expected the number of items of problem ${name}, a whole number above 0, got ${quote(countText)}`,
      );
    }
    if (bestText !== undefined && wholeNumber(bestText) === undefined) {
      throw fail(
        `expected the best known number of bins of problem ${name}, a whole number above 0, got ${quote(bestText)}`,
      );
    }
    const items: number[] = [];
    while (items.length < count) {
      const what = `item ${items.length + 1} of ${count} of problem ${name}`;
      const token = take(what);
      const item = positiveNumber(token);
      if (item === undefined) {
        throw fail(`expected ${what}, one number above 0, got ${quote(token)}`);
      }
      if (item > capacity) throw fail(`${what} is ${item}, larger than the capacity ${capacity}`);
      items.push(item);
    }
    instances.push({ name, capacity, items });
  }
  if (at < last) {
    at++;
    throw fail(
      `expected the end after ${problems} problems, got ${quote(lines[at - 1] ?? "")}; correct the count on the first line or the items of the last problem`,
    );
  }
  return instances;
}

function readJson(text: string, fileName: string): PackingInstance[] {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const position = /position (\d+)/.exec(error.message)?.[1];
    const cut = position === undefined ? text.length : Number(position);
    const line = text.slice(0, cut).split("\n").length;
    throw bad(
      fileName,
      `expected JSON, got text that does not parse: ${error.message}`,
      `line ${line}`,
    );
  }
  const fail = (path: string, message: string): InputError => bad(fileName, message, path);
  const top = record(value);
  const list = top?.instances;
  if (top === undefined || !Array.isArray(list)) {
    throw fail("instances", "expected an object with a list `instances`");
  }
  if (list.length === 0) throw fail("instances", "expected at least one instance, got none");

  return list.map((entry: Json, index): PackingInstance => {
    const path = `instances[${index}]`;
    const instance = record(entry);
    if (instance === undefined) throw fail(path, `expected an object, got ${show(entry)}`);
    const { name = `instance ${index}`, items, numItems } = instance;
    if (typeof name !== "string") throw fail(`${path}.name`, `expected text, got ${show(name)}`);
    const own = instance.capacity !== undefined;
    const capacity = own ? instance.capacity : top.capacity;
    if (typeof capacity !== "number" || !(capacity > 0 && Number.isFinite(capacity))) {
      throw fail(
        own || top.capacity === undefined ? `${path}.capacity` : "capacity",
        `expected a number above 0, got ${show(capacity)}`,
      );
    }
    if (!Array.isArray(items)) {
      throw fail(`${path}.items`, `expected a list of numbers, got ${show(items)}`);
    }
    if (items.length === 0) throw fail(`${path}.items`, "expected at least one item, got none");
    if (numItems !== undefined && numItems !== items.length) {
      throw fail(
        `${path}.numItems`,
        `expected the number of items, ${items.length}, got ${show(numItems)}; the list may be truncated`,
      );
    }
    for (const [position, item] of items.entries()) {
      const at = `${path}.items[${position}]`;
      if (typeof item !== "number" || !(item > 0)) {
        throw fail(at, `expected a number above 0, got ${show(item)}`);
      }
      if (item > capacity) throw fail(at, `${item} is larger than the capacity ${capacity}`);
    }
    return { name, capacity, items };
  });
}

function record(value: Json): { readonly [key: string]: Json } | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value as { readonly [key: string]: Json };
}

/** A decimal number above 0: OR-Library's triplet classes have one decimal. */
function positiveNumber(token: string): number | undefined {
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(token)) return undefined;
  const value = Number(token);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

function wholeNumber(token: string): number | undefined {
  const value = positiveNumber(token);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function show(value: Json | undefined): string {
  return value === undefined ? "nothing" : quote(JSON.stringify(value));
}

function quote(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function bad(fileName: string, message: string, place?: string): InputError {
  const where = place === undefined ? fileName : `${fileName}, ${place}`;
  return new InputError("BAD_DATA", `${where}: ${message}.`, {
    facts: { file: fileName, ...(place === undefined ? {} : { place }) },
  });
}
