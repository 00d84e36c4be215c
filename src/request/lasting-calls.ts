/**
 * Calls that can outlive their caller. Each is a request, found again by the hash of the tool's version
 * and the arguments. Making the same call again resumes it; its result is returned once.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { callHash } from "../call/approvals.ts";
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { Request } from "../core/request.ts";
import type { Tool } from "../core/tool.ts";
import type { RequestView } from "../journal/view.ts";
import { type Arguments, type CallOutcome, quoteJson } from "../work/callable.ts";
import type { Requests } from "./requests.ts";
import type { CallSource } from "./walk-call.ts";

export type LastingCall =
  | { readonly status: "waits"; readonly view: RequestView }
  | { readonly status: "ended"; readonly outcome: CallOutcome };

export interface LastingCalls {
  /** Resumes a call; undefined if none was started or its result was already returned. */
  resume(tool: Tool, args: Arguments, signal: AbortSignal): Promise<LastingCall | undefined>;
  /**
   * Starts a call that an equal later call finds again.
   *
   * @param pending What the tool returned, if it was already called and its result is still pending.
   */
  begin(
    tool: Tool,
    args: Arguments,
    pending: Json | undefined,
    signal: AbortSignal,
  ): Promise<LastingCall>;
  /** The same, for a caller who does not return. @returns The waiting request. */
  leave(
    tool: Tool,
    args: Arguments,
    pending: Json | undefined,
    signal: AbortSignal,
  ): Promise<RequestView>;
}

export interface LastingCallsPorts {
  /**
   * Holds one file per call whose result was not returned yet. The file name is the hash; the file
   * contains the request's id.
   */
  readonly folder: string;
  readonly requests: Requests;
  readonly seed: number;
}

const LONGEST_TITLE = 200;

export function lastingCalls({ folder, requests, seed }: LastingCallsPorts): LastingCalls {
  const fileOf = (tool: Tool, args: Arguments): string => join(folder, callHash(tool, args));

  /** One attempt, if the request has not ended. */
  async function carryOn(id: string, signal: AbortSignal): Promise<RequestView> {
    const before = await requests.view(id);
    if (hasEnded(before)) return before;
    try {
      const prepare = async () => ({ task: undefined, instances: [] });
      const never = new AbortController().signal;
      await requests.attempt(id, { prepare, release: signal }, never);
    } catch (error) {
      // Another process is working on it or has just ended it.
      if (!isOf(error, "REQUEST_HELD", "REQUEST_ENDED")) throw error;
    }
    return requests.view(id);
  }

  const leave: LastingCalls["leave"] = async (tool, args, pending, signal) => {
    const { name, version } = tool;
    const call = { tool: name, version, hash: callHash(tool, args), arguments: args };
    const source: CallSource = { call: pending === undefined ? call : { ...call, pending } };
    const objective = `Call ${name} version ${version} with ${quoteJson(args, LONGEST_TITLE)}`;
    const work = { source: source as unknown as Json, seed };
    return carryOn(await requests.submit(Request.parse({ objective }), work), signal);
  };

  return {
    leave,
    async resume(tool, args, signal) {
      const file = fileOf(tool, args);
      const id = await unlessAbsent(readFile(file, "utf8"));
      if (id === undefined) return undefined;
      try {
        const view = await carryOn(id, signal);
        if (!hasEnded(view)) return { status: "waits", view };
        // If another process has returned the result, this is a new call.
        const mine = await unlessAbsent(rm(file).then(() => true));
        return mine === undefined ? undefined : { status: "ended", outcome: outcomeOf(view) };
      } catch (error) {
        if (!isOf(error, "RUN_NOT_FOUND")) throw error;
        await rm(file, { force: true });
        return undefined;
      }
    },
    async begin(tool, args, pending, signal) {
      const view = await leave(tool, args, pending, signal);
      if (hasEnded(view)) return { status: "ended", outcome: outcomeOf(view) };
      await mkdir(folder, { recursive: true });
      // Of two concurrent equal calls the first is found again; the other has its request's id.
      await unless("EEXIST", writeFile(fileOf(tool, args), view.id, { flag: "wx" }));
      return { status: "waits", view };
    },
  };
}

function isOf(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof InputError && codes.includes(error.code);
}

const unlessAbsent = <T>(work: Promise<T>): Promise<T | undefined> => unless("ENOENT", work);

async function unless<T>(code: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return undefined;
    throw error;
  }
}

const ENDED: readonly string[] = ["SUCCEEDED", "FAILED", "CANCELED"];

function hasEnded({ status }: RequestView): boolean {
  return ENDED.includes(status);
}

function outcomeOf({ status, cause, answer }: RequestView): CallOutcome {
  if (status !== "SUCCEEDED") return { status: "failed", code: status, reason: cause };
  const { value = null } = (answer ?? {}) as { readonly value?: Json };
  return { status: "returned", output: value };
}
