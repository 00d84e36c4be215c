/** What a scripted model says at each stage of a request, told by the schema that it is asked for. */
import type { Served, ServedRequest } from "./model-server.ts";

type Said = object | string;
type Answers = Said | readonly Said[] | ((request: ServedRequest, count: number) => Said);

/** The name under which a request asks for its schema; `chat` where it asks for none. */
export function stageOf({ body }: ServedRequest): string {
  return body.response_format?.json_schema?.name ?? body.text?.format?.name ?? "chat";
}

export function textOf({ body }: ServedRequest): string {
  return JSON.stringify(body.messages ?? body.input);
}

/** @param answers By stage; of a list, the last one is repeated. */
export function walkScript(
  answers: Readonly<Record<string, Answers>>,
): (request: ServedRequest) => Served {
  const counts = new Map<string, number>();
  return (request) => {
    const stage = stageOf(request);
    const count = counts.get(stage) ?? 0;
    counts.set(stage, count + 1);
    const known = answers[stage];
    if (known === undefined) {
      return { status: 400, error: { message: `the script has nothing for the stage ${stage}` } };
    }
    const said =
      typeof known === "function"
        ? known(request, count)
        : Array.isArray(known)
          ? ((known[count] ?? known.at(-1)) as Said)
          : (known as Said);
    const content = typeof said === "string" ? said : JSON.stringify(said);
    return { content, usage: { input: 100, output: 20 } };
  };
}
