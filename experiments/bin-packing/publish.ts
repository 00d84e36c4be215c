/**
 * A found kernel in two forms for people: the paper's `priority`, which can be read, compared and
 * evaluated anywhere, and a tool that packs a list of items.
 */
import type { Program, Tool } from "../../src/index.ts";
import { kernelSource } from "../kernel-source.ts";

const PRIORITY = `
/**
 * Online bin packing: the first bin with the highest priority takes the item.
 *
 * @param {number} item Size of the item at hand.
 * @param {Float64Array} bins Room left in each bin that can take it; an empty bin is among them.
 * @returns {Float64Array} One finite priority per bin.
 */
function priority(item, bins) {
  // An empty bin is always among them, so the largest room is the capacity.
  let capacity = 0;
  for (const room of bins) if (room > capacity) capacity = room;

  const priorities = new Float64Array(bins.length);
  for (let i = 0; i < bins.length; i++) {
    const value = score(item, bins[i], capacity);
    priorities[i] = Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
  }
  return priorities;
}
`;

const packItems = (name: string, trained: number): string => `
/**
 * @param {number[]} items Sizes in their order of arrival, each above 0 and at most the capacity.
 * @param {number} capacity Capacity of every bin.
 * @returns {number[]} The bin of each item, numbered from 0 in the order of opening.
 */
function ${name}(items, capacity) {
  if (!(capacity > 0)) throw new RangeError("capacity must be above 0, got " + capacity);
  // The score was found with a capacity of ${trained}: other sizes are measured in its unit.
  const unit = ${trained} / capacity;
  const slack = items.every(Number.isInteger) ? 0 : 1e-9 * capacity;
  // Bins with equal room score equally: room -> their numbers, ascending.
  const open = new Map();
  let opened = 0;

  return items.map((item, index) => {
    if (!(item > 0 && item <= capacity)) {
      throw new RangeError("item " + index + " must be above 0 and at most " + capacity + ", got " + item);
    }
    const priorityOf = (room) => {
      const value = score(item * unit, room * unit, ${trained});
      return Number.isNaN(value) ? -1e300 : Math.min(1e300, Math.max(-1e300, value));
    };
    let best = priorityOf(capacity);
    let chosen = opened;
    let room = capacity;
    for (const [level, bins] of open) {
      if (level + slack < item) continue;
      const priority = priorityOf(level);
      if (priority > best || (priority === best && bins[0] < chosen)) {
        best = priority;
        chosen = bins[0];
        room = level;
      }
    }

    if (chosen === opened) opened++;
    else if (open.get(room).length === 1) open.delete(room);
    else open.get(room).shift();
    const rest = Math.max(0, room - item);
    const level = open.get(rest) ?? [];
    let at = level.length;
    while (at > 0 && level[at - 1] > chosen) at--;
    level.splice(at, 0, chosen);
    open.set(rest, level);
    return chosen;
  });
}
`;

/** `priority(item, bins)` together with the kernel: one self-contained program. */
export function publishPriority(source: string): Program {
  const kernel = kernelSource(source, ["priority"]);
  return { ...kernel, source: `${kernel.source}\n${PRIORITY}`, entry: "priority" };
}

interface ToolOptions {
  readonly name: string;
  /** The capacity in training. */
  readonly trained: number;
  /** The distribution of items in training, in words. */
  readonly sizes: string;
}

/** A tool with the kernel inside, callable with any items and capacity. */
export function packingTool(
  source: string,
  { name, trained, sizes }: ToolOptions,
): Pick<
  Tool,
  "name" | "description" | "signature" | "parameters" | "result" | "language" | "source" | "entry"
> {
  const kernel = kernelSource(source, [name]);
  return {
    name,
    description:
      "Online bin packing: puts items of given sizes into as few bins (boxes, containers, trucks, " +
      "disks, memory pages) of equal capacity as it can, one at a time in the order of arrival, " +
      "without looking ahead. Returns the bin number of each item. Tuned for " +
      `${sizes} relative to a capacity of ${trained}.`,
    signature: `function ${name}(items: number[], capacity: number): number[]`,
    parameters: {
      type: "object",
      properties: {
        items: {
          type: "array",
          items: { type: "number", exclusiveMinimum: 0 },
          description: "Sizes in their order of arrival, each above 0 and at most the capacity.",
        },
        capacity: {
          type: "number",
          exclusiveMinimum: 0,
          description: "Capacity of every bin, in the unit of the items.",
        },
      },
      required: ["items", "capacity"],
      additionalProperties: false,
    },
    result: {
      type: "array",
      items: { type: "integer", minimum: 0 },
      description: "The bin of each item, numbered from 0 in the order of opening.",
    },
    language: kernel.language,
    source: `${kernel.source}\n${packItems(name, trained)}`,
    entry: name,
  };
}
