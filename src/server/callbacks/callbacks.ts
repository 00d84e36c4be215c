/**
 * The endpoint where other systems complete a wait of a request: `POST /callbacks/TOKEN` with
 * `{ "result": ... }`.
 *
 * Holds: a token is signed and valid for one wait; bodies are limited. Does not hold: encryption (put a
 * proxy before it), and secrecy of a token after it was passed on.
 */
import { InputError } from "../../core/errors.ts";
import { type Json, parseJson } from "../../core/json.ts";
import type { Requests } from "../../request/requests.ts";
import { httpApp, onlyMethod } from "../http/app.ts";
import { bodyText } from "../http/body.ts";
import { type HttpAddress, type HttpServer, listenWith } from "../http/listen.ts";

const PATH = "/callbacks/:token";
const MOST_BODY_BYTES = 1_048_576;

export interface CallbackOptions extends HttpAddress {
  readonly onCallback: (requestId: string, outcome: string) => void;
  /** Gets errors that the caller did not cause. */
  readonly onError: (error: Error) => void;
}

/** @throws ConfigError PORT_NOT_USABLE */
export function serveCallbacks(
  requests: Pick<Requests, "callback">,
  { onCallback, onError, ...address }: CallbackOptions,
): Promise<HttpServer> {
  const app = httpApp(onError);
  app.post(PATH, async (context) => {
    const result = resultIn(await bodyText(context, MOST_BODY_BYTES));
    const { requestId, outcome } = await requests.callback(context.req.param("token"), result);
    onCallback(requestId, outcome);
    return context.json({ requestId, outcome }, outcome === "accepted" ? 202 : 200);
  });
  app.all(PATH, onlyMethod("POST"));
  return listenWith(app, address, onError);
}

function resultIn(text: string): Json {
  const wanted = 'Expected a JSON document { "result": ... } as the body, got';
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    const message = `${wanted} another text: ${(error as Error).message}.`;
    throw new InputError("BAD_BODY", message, { cause: error });
  }
  if (value !== null && typeof value === "object" && Object.hasOwn(value, "result")) {
    return (value as { readonly result: Json }).result;
  }
  throw new InputError("BAD_BODY", `${wanted} something else.`);
}
